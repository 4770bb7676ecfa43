// Importance: bars of mean absolute SHAP values with their intervals.
import { band, bottomAxis, chart } from "./chart";
import { block, note, s, text, widest } from "./dom";
import type { Render, Tensor } from "./model";
import { hover, Stage, walk, type Mark } from "./stage";
import { number, sample, scale, tops } from "./words";

const ROW = 26;

export const importance: Render = ({ model, el }) => {
  const names = model.get("names") as string[];
  const outputs = model.get("outputs") as string[];
  const features = model.get("features") as number;
  const method = model.get("method") as string;
  const means = (model.get("meanAbs") as Tensor).data;
  const reaches = (model.get("reach") as Tensor).data;
  const errors = (model.get("error") as Tensor | null)?.data;
  let output = 0;
  let top = Math.min(15, names.length);
  const stage = new Stage(el, draw);
  const said = note();
  el.append(said);
  stage.pick("class", outputs, 0, (value) => (output = value));
  if (names.length > 15) {
    stage.pick("show", tops([15, 40, 100], names.length, features), top, (value) => (top = value));
  }

  function draw(width: number): void {
    const mean = (i: number) => means[i * outputs.length + output];
    const reach = (i: number) => reaches[i * outputs.length + output];
    const order = names.map((_, i) => i).sort((a, b) => mean(b) - mean(a)).slice(0, top);
    const bottom = 8 + ROW * order.length;
    const { svg } = chart(stage.body, width, bottom + 40, `Importance of ${order.length} of ${features} features. Arrow keys walk the bars.`);
    const left = Math.min(widest(order.map((i) => names[i])) + 16, Math.max(96, width * 0.3));
    const end = Math.max(...order.map((i) => mean(i) + (reach(i) || 0))) || 1;
    const x = scale(0, end, left, width - 64);
    const of = outputs.length > 1 ? ` for ${outputs[output]}` : "";
    bottomAxis(svg, x, bottom, `mean |${method} value|${of} (${model.get("scale") as string})`, 8);
    const marks: Mark[] = order.map((i, row) => {
      const y = 8 + ROW * (row + 0.5);
      const value = mean(i);
      const lines = [names[i], `mean |${method}| ${number(value)}`];
      const node = band(y, width, ROW - 2, names[i], { room: left - 14 }, names[i]);
      node.append(block(left, y - 7, Math.max(x(value) - left, 0.5), 14, "bar"));
      let tip = x(value);
      if (reach(i) > 0) {
        tip = x(value + reach(i));
        const low = x(Math.max(value - reach(i), 0));
        node.append(s("path", { d: `M${low} ${y}H${tip}M${tip} ${y - 3}V${y + 3}`, class: "syn-whisker" }));
        lines.push(`95 % interval ${number(Math.max(value - reach(i), 0))} to ${number(value + reach(i))}`);
      }
      if (errors) lines.push(`mean standard error ${number(errors[i * outputs.length + output])}`);
      node.append(text(tip + 6, y, number(value), { size: 11 }));
      svg.append(node);
      return hover(stage, { node, lines });
    });
    walk(stage, marks);
    const sampled = errors ? ", sampling of values included" : "";
    const whisker = reach(0) >= 0 ? ` Whisker: 95 % interval of the mean${sampled}.` : "";
    said.textContent = `${sample(model)}, ${order.length} of ${features} features.${whisker}`;
  }

  return () => stage.stop();
};
