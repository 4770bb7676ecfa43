// Dependence: SHAP values of one feature over its values, as a density with dots, or boxes.
import { bottomAxis, chart, leftAxis, paint, path, type Chart } from "./chart";
import { h, measure, s, select, text } from "./dom";
import type { Render, Tensor } from "./model";
import { hover, Stage, walk, type Mark } from "./stage";
import { palette, ramp, type Colour } from "./theme";
import { number, rows, scale, signed, type Scale } from "./words";

interface Pick {
  name: string;
  low: number | null;
  high: number | null;
  levels: string[];
  values: Tensor;
}

const SERIES: Colour[] = [
  [46, 120, 200], [217, 95, 30], [42, 157, 116], [148, 103, 189],
  [184, 134, 11], [194, 82, 139], [92, 124, 152], [122, 139, 47],
];
const NOTHING = 65535;
const STEPS = 65534;

export const dependence: Render = ({ model, el }) => {
  const name = model.get("name") as string;
  const outputs = model.get("outputs") as string[];
  const levels = model.get("levels") as string[];
  const picks = model.get("picks") as Pick[];
  const method = model.get("method") as string;
  let output = Math.min((model.get("output") as number | undefined) ?? 0, outputs.length - 1);
  let pick = 0;
  const stage = new Stage(el, draw);
  const note = h("p", { class: "syn-note" });
  el.append(note);
  if (outputs.length > 1) {
    const options = outputs.map((one, i): [string, string] => [String(i), one]);
    stage.controls.append(select("class", options, String(output), (value) => ((output = Number(value)), stage.now())));
  }
  if (picks.length) {
    const options = picks.map((one, i): [string, string] => [String(i), one.name]);
    options.push(["-1", "nothing"]);
    stage.controls.append(select("colour by", options, "0", (value) => ((pick = Number(value)), stage.now())));
  }

  const title = () => `${method} value${outputs.length > 1 ? ` for ${outputs[output]}` : ""} (${model.get("scale") as string})`;
  const count = () => {
    const [some, total] = [model.get("rows") as number, model.get("rowsTotal") as number];
    return rows(some) + (total > some ? ` of ${total.toLocaleString("en-US")}` : "");
  };

  function draw(width: number): void {
    if (levels.length) boxes(width);
    else cloud(width);
  }

  function cloud(width: number): void {
    const height = Math.round(Math.min(Math.max(width * 0.52, 250), 360));
    const edges = (model.get("yEdges") as Tensor).data;
    const [low, high] = (model.get("xEdges") as Tensor).data;
    const missing = model.get("missing") as Tensor;
    const gone = sum(missing, output);
    const left = gone ? 98 : 66;
    const [top, bottom, right] = [10, height - 42, width - 12];
    const made = chart(stage.body, width, height, `Dependence on ${name}. Arrow keys walk the median line.`);
    const { back, svg, canvas } = made;
    const x = scale(low, high, left, right);
    const y = scale(edges[output * 2], edges[output * 2 + 1], bottom, top);
    leftAxis(back, y, top, bottom, 60, title(), right);
    bottomAxis(back, x, left, right, bottom, name);
    back.append(s("line", { x1: 60, x2: right, y1: y(0), y2: y(0), class: "syn-zero" }));
    const colours = palette(stage.root);
    const counts = model.get("counts") as Tensor;
    paint(canvas, shade(counts, output, colours.low), left, top, right - left, bottom - top);
    if (gone) {
      back.append(s("rect", { x: 66, y: top, width: 22, height: bottom - top, class: "syn-rail" }));
      paint(canvas, shade({ data: missing.data, shape: [outputs.length, 1, missing.shape[1]] }, output, colours.absent), 66, top, 22, bottom - top);
      svg.append(text(77, bottom + 11, "missing", { anchor: "middle", kind: "dim", size: 10 }));
    }
    const dots = drawDots(canvas, x, y, colours);
    const line = walkLine(svg, x, y);
    cursor(made, x, y, dots);
    walk(stage, line);
    key(colours);
    const points = (model.get("dotsX") as Tensor).shape[0];
    note.textContent = `${count()}${gone ? `, ${gone.toLocaleString("en-US")} missing` : ""}. Shade: density of all; line: median; dots: ${points.toLocaleString("en-US")} sampled.`;
  }

  function drawDots(pen: CanvasRenderingContext2D, x: Scale, y: Scale, colours: ReturnType<typeof palette>): [number, number, number][] {
    const xs = model.get("dotsX") as Tensor;
    const ys = model.get("dotsY") as Tensor;
    const total = xs.shape[0];
    const one = picks[pick];
    const places: [number, number, number][] = [];
    for (let i = 0; i < total; i++) {
      if (xs.data[i] === NOTHING) continue;
      const px = x(x.low + (xs.data[i] / STEPS) * (x.high - x.low));
      const py = y(y.low + (ys.data[output * total + i] / STEPS) * (y.high - y.low));
      pen.fillStyle = `rgb(${(one ? colourOf(one, i, colours) : colours.low).join(",")})`;
      pen.globalAlpha = 0.85;
      pen.beginPath();
      pen.arc(px, py, 2.2, 0, 2 * Math.PI);
      pen.fill();
      places.push([px, py, i]);
    }
    pen.globalAlpha = 1;
    return places;
  }

  function colourOf(one: Pick, i: number, colours: ReturnType<typeof palette>): Colour {
    const part = one.values.data[i];
    if (part === NOTHING) return colours.absent;
    if (one.levels.length) return SERIES[Math.round((part / STEPS) * ((one.high ?? 1) - (one.low ?? 0))) % SERIES.length];
    return ramp(colours, part / STEPS);
  }

  function valueOf(one: Pick, i: number): string {
    const part = one.values.data[i];
    if (part === NOTHING) return "missing";
    const value = (one.low ?? 0) + (part / STEPS) * ((one.high ?? 0) - (one.low ?? 0));
    if (one.levels.length) return one.levels[Math.round(value)] ?? "?";
    return part === 0 ? `up to ${number(value)}` : part === STEPS ? `from ${number(value)}` : number(value);
  }

  function walkLine(svg: SVGSVGElement, x: Scale, y: Scale): Mark[] {
    const xs = (model.get("lineX") as Tensor).data;
    const ys = (model.get("lineY") as Tensor).data;
    const places = Array.from(xs, (value, i): [number, number] => [x(value), y(ys[output * xs.length + i])]);
    svg.append(path(places, "median"));
    return places.map(([px, py], i) => {
      const node = s("circle", { cx: px, cy: py, r: places.length > 1 ? 4 : 5, class: places.length > 1 ? "syn-point" : "syn-mark" });
      svg.append(node);
      return { node, lines: [`${name} about ${number(xs[i])}`, `median ${method} ${signed(ys[output * xs.length + i])}`] };
    });
  }

  function cursor({ svg }: Chart, x: Scale, y: Scale, dots: [number, number, number][]): void {
    svg.addEventListener("pointerleave", () => stage.hide());
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const [px, py] = [event.clientX - box.left, event.clientY - box.top];
      let best: [number, number, number] | null = null;
      let least = 100;
      for (const dot of dots) {
        const off = (dot[0] - px) ** 2 + (dot[1] - py) ** 2;
        if (off < least) [least, best] = [off, dot];
      }
      if (best) {
        const one = picks[pick];
        const lines = [`${name} ${number(x.invert(best[0]))}`, `${method} ${signed(y.invert(best[1]))}`];
        if (one) lines.push(`${one.name}: ${valueOf(one, best[2])}`);
        stage.show(event.clientX, event.clientY, lines);
      } else stage.hide();
    });
  }

  function key(colours: ReturnType<typeof palette>): void {
    const one = picks[pick];
    if (!one) return;
    const line = h("div", { class: "syn-key" }, h("b", {}, one.name));
    if (one.levels.length) {
      one.levels.forEach((level, i) => {
        const box = h("span", { class: "syn-swatch" });
        box.style.background = `rgb(${SERIES[i % SERIES.length].join(",")})`;
        line.append(h("span", {}, box, " " + level));
      });
    } else {
      const bar = h("span", { class: "syn-ramp" });
      bar.style.background = `linear-gradient(90deg, ${[0, 0.25, 0.5, 0.75, 1].map((part) => `rgb(${ramp(colours, part).join(",")})`).join(",")})`;
      line.append(h("span", {}, number(one.low) + " ", bar, " " + number(one.high)));
    }
    stage.body.append(line);
  }

  function boxes(width: number): void {
    const quantiles = (model.get("quantiles") as Tensor).data;
    const counts = (model.get("levelCounts") as Tensor).data;
    const at = (level: number, q: number) => quantiles[(output * levels.length + level) * 5 + q];
    const all = levels.flatMap((_, i) => [at(i, 0), at(i, 4)]);
    const bottom = 26 + 28 * levels.length;
    const { svg } = chart(stage.body, width, bottom + 40, `Dependence on ${name}. Arrow keys walk the levels.`);
    const widest = Math.max(60, ...levels.map((level) => measure(level, 12.5, stage.root)));
    const left = Math.min(widest + 16, Math.max(96, width * 0.3));
    let [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
    if (low === high) [low, high] = [low - 1, high + 1];
    const x = scale(low, high, left, width - 74);
    bottomAxis(svg, x, left, width - 74, bottom, title(), 22);
    svg.append(s("line", { x1: x(0), x2: x(0), y1: 22, y2: bottom, class: "syn-zero" }));
    svg.append(text(width - 6, 12, "rows", { anchor: "end", kind: "dim", size: 11 }));
    const marks: Mark[] = levels.map((level, i) => {
      const y = 26 + 28 * (i + 0.5);
      const q = [0, 1, 2, 3, 4].map((k) => x(at(i, k)));
      const node = s("g", { "data-mark": level }, s("rect", { x: 1, y: y - 13, width: width - 3, height: 26, class: "syn-hit", rx: 4 }));
      node.append(
        text(6, y, level, { size: 12.5, room: left - 14, node: stage.root }),
        s("line", { x1: q[0], x2: q[4], y1: y, y2: y, class: "syn-whisker" }),
        s("rect", { x: q[1], y: y - 8, width: Math.max(q[3] - q[1], 1), height: 16, class: "syn-box", rx: 2 }),
        s("line", { x1: q[2], x2: q[2], y1: y - 9, y2: y + 9, class: "syn-middle" }),
        text(width - 6, y, counts[i].toLocaleString("en-US"), { anchor: "end", kind: "dim", size: 11 }),
      );
      svg.append(node);
      const lines = [level, rows(counts[i]), `median ${signed(at(i, 2))}`, `middle half ${signed(at(i, 1))} to ${signed(at(i, 3))}`];
      const mark = { node, lines };
      hover(stage, mark);
      return mark;
    });
    walk(stage, marks);
    note.textContent = `${count()}. Box: middle half; line: median; whisker: 5 % to 95 %.`;
  }

  return () => stage.stop();
};

function sum(counts: Tensor, output: number): number {
  const size = counts.shape[1] ?? 0;
  let total = 0;
  for (let i = 0; i < size; i++) total += counts.data[output * size + i];
  return total;
}

// Counts (outputs, across, up) as pixels whose opacity is the root of the count.
export function shade(counts: Tensor, output: number, colour: Colour, most = 0.7): ImageData {
  const [, across, up] = counts.shape;
  const pixels = new ImageData(across, up);
  const from = output * across * up;
  let top = 1e-300;
  for (let i = 0; i < across * up; i++) top = Math.max(top, counts.data[from + i]);
  for (let i = 0; i < across; i++) {
    for (let j = 0; j < up; j++) {
      const count = counts.data[from + i * up + j];
      if (!count) continue;
      const alpha = Math.round(255 * (0.1 + (most - 0.1) * Math.sqrt(count / top)));
      pixels.data.set([...colour, alpha], ((up - 1 - j) * across + i) * 4);
    }
  }
  return pixels;
}
