// Importance: bars of mean absolute SHAP values with their intervals.
import { bottomAxis, chart } from "./chart";
import { h, measure, s, select, text } from "./dom";
import type { Render, Tensor } from "./model";
import { hover, Stage, walk, type Mark } from "./stage";
import { number, rows, scale } from "./words";

const ROW = 26;

export const importance: Render = ({ model, el }) => {
  const names = model.get("names") as string[];
  const outputs = model.get("outputs") as string[];
  const features = model.get("features") as number;
  const method = model.get("method") as string;
  const means = (model.get("meanAbs") as Tensor).data;
  const reaches = (model.get("reach") as Tensor).data;
  let output = 0;
  let top = Math.min(15, names.length);
  const stage = new Stage(el, draw);
  const note = h("p", { class: "syn-note" });
  el.append(note);
  if (outputs.length > 1) {
    const options = outputs.map((name, i): [string, string] => [String(i), name]);
    stage.controls.append(select("class", options, "0", (value) => ((output = Number(value)), stage.now())));
  }
  if (names.length > 15) {
    const tops = [15, 40, 100].filter((n) => n < names.length).map((n): [string, string] => [String(n), String(n)]);
    tops.push([String(names.length), names.length === features ? "all" : String(names.length)]);
    stage.controls.append(select("show", tops, String(top), (value) => ((top = Number(value)), stage.now())));
  }

  function draw(width: number): void {
    const mean = (i: number) => means[i * outputs.length + output];
    const reach = (i: number) => reaches[i * outputs.length + output];
    const order = names.map((_, i) => i).sort((a, b) => mean(b) - mean(a)).slice(0, top);
    const bottom = 8 + ROW * order.length;
    const { svg } = chart(stage.body, width, bottom + 40, `Importance of ${order.length} of ${features} features. Arrow keys walk the bars.`);
    const widest = Math.max(60, ...order.map((i) => measure(names[i], 12.5, stage.root)));
    const left = Math.min(widest + 16, Math.max(96, width * 0.3));
    const end = Math.max(...order.map((i) => mean(i) + (reach(i) || 0))) || 1;
    const x = scale(0, end, left, width - 64);
    const of = outputs.length > 1 ? ` for ${outputs[output]}` : "";
    bottomAxis(svg, x, left, width - 64, bottom, `mean |${method} value|${of} (${model.get("scale") as string})`, 8);
    const marks: Mark[] = order.map((i, row) => {
      const y = 8 + ROW * (row + 0.5);
      const value = mean(i);
      const lines = [names[i], `mean |${method}| ${number(value)}`];
      const node = s("g", { "data-mark": names[i] }, s("rect", { x: 1, y: y - ROW / 2 + 1, width: width - 3, height: ROW - 2, class: "syn-hit", rx: 4 }));
      node.append(text(6, y, names[i], { size: 12.5, room: left - 14, node: stage.root }));
      node.append(s("rect", { x: left, y: y - 7, width: Math.max(x(value) - left, 0.5), height: 14, class: "syn-bar" }));
      let tip = x(value);
      if (reach(i) > 0) {
        tip = x(value + reach(i));
        const low = x(Math.max(value - reach(i), 0));
        node.append(s("path", { d: `M${low} ${y}H${tip}M${tip} ${y - 3}V${y + 3}`, class: "syn-whisker" }));
        lines.push(`95 % interval ${number(Math.max(value - reach(i), 0))} to ${number(value + reach(i))}`);
      }
      node.append(text(tip + 6, y, number(value), { size: 11 }));
      svg.append(node);
      const mark = { node, lines };
      hover(stage, mark);
      return mark;
    });
    walk(stage, marks);
    const count = model.get("rows") as number;
    const total = model.get("rowsTotal") as number;
    const whisker = count > 1 ? " Whisker: 95 % interval of the mean." : "";
    note.textContent = `${rows(count)}${total > count ? ` of ${total.toLocaleString("en-US")}` : ""}, ${order.length} of ${features} features.${whisker}`;
  }

  return () => stage.stop();
};
