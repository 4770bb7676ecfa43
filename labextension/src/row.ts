// Row: from the average to the prediction of one row, and its LIME row beside.
import { badge, type Fact } from "./badges";
import { band, bottomAxis, chart } from "./chart";
import { h, note, s, stroke, text, title } from "./dom";
import type { Render, Tensor } from "./model";
import { hover, Stage, walk, type Mark } from "./stage";
import { extent, number, scale, signed, whole } from "./words";

interface Entry {
  title: string;
  names: string[];
  shown: string[];
  values: Tensor; // (features, outputs)
  error: Tensor | null; // standard errors of the values
  others: number;
  rest: Tensor;
  base: Tensor;
  prediction: Tensor;
  outputs: string[];
  first: number;
  link: "identity" | "logit" | "softmax" | "log";
  method: string;
  quality: Tensor | null;
  companion: Entry | null;
}

interface Bar {
  words: string;
  value: number;
  steps: Float64Array; // the contribution to every output
  rest: boolean;
  reach: number; // half the 95 % interval, 0 where there is none
}

const SCALES = { identity: "prediction", logit: "log-odds", softmax: "raw score", log: "log" };
const NATURAL = { identity: "prediction", logit: "probability", softmax: "probability", log: "prediction" };
const LINE = 27;
const NORMAL_95 = 1.96;

export const row: Render = ({ model, el }) => {
  const entries = model.get("rows") as Entry[];
  let current = 0;
  let output = entries[0].first;
  let natural = false;
  let most = 9;
  let beside = -1;
  const stage = new Stage(el, draw);
  const heading = title();
  el.prepend(heading);
  controls();

  function controls(): void {
    const entry = entries[0];
    stage.pick("row", entries.map((one) => `${one.title} \u00b7 ${NATURAL[one.link]} ${number(natively(one, one.prediction.data)[one.first])}`), 0, (value) => (current = value));
    stage.pick("class", entry.outputs, output, (value) => (output = value));
    if (entry.link !== "identity") {
      stage.pick("scale", [["link", `${SCALES[entry.link]} (adds up)`], ["natural", NATURAL[entry.link]]], "link", (value) => (natural = value === "natural"));
    }
    if (entries.length > 1) {
      stage.pick("compare with", [[-1, entry.companion ? "LIME" : "nothing"], ...entries.map((one, i): [number, string] => [i, one.title])], -1, (value) => (beside = value));
    }
    if (entry.names.length > 10) stage.pick("show", [[9, "9 largest"], [25, "25 largest"], [1000, "all"]], 9, (value) => (most = value));
  }

  function draw(width: number): void {
    const entry = entries[current];
    (heading.firstChild as HTMLElement).textContent = entry.title;
    const other = entries[beside] ?? entry.companion;
    const wide = width >= 820 && other !== null;
    const frame = h("div", { class: "syn-beside" });
    stage.body.append(frame);
    const marks = panel(frame, entry, wide ? (width - 24) / 2 : Math.min(width, 760));
    if (other) marks.push(...panel(frame, other, wide ? (width - 24) / 2 : Math.min(width, 760)));
    walk(stage, marks);
  }

  function panel(into: HTMLElement, entry: Entry, width: number): Mark[] {
    const bars = barsOf(entry, output, most);
    const points = [entry.base.data];
    for (const bar of bars) points.push(add(points[points.length - 1], bar.steps));
    const place = (at: ArrayLike<number>) => (natural ? natively(entry, at)[output] : at[output]);
    const ends = [place(entry.base.data), place(entry.prediction.data)];
    const node = h("div", { class: "syn-row-panel" });
    node.style.width = `${width}px`;
    into.append(node);
    node.append(head(entry));
    const bottom = LINE * (bars.length + 2) + 6;
    const label = `${entry.method} explanation of ${entry.title}. Arrow keys walk the contributions.`;
    const { svg } = chart(node, width, bottom + 38, label);
    const left = Math.min(Math.max(width * 0.36, 130), 230);
    const [start, end] = [left + 58, width - 60]; // room for the words at the ends of bars
    const whiskers = natural ? [] : bars.flatMap((bar, i) => [points[i + 1][output] - bar.reach, points[i + 1][output] + bar.reach]);
    const all = [...points.map(place), ...ends, ...whiskers];
    const x = scale(...extent(all), start, end);
    const scaleName = natural ? NATURAL[entry.link] : SCALES[entry.link];
    bottomAxis(svg, x, bottom, scaleName, 4);
    svg.append(stroke(x(ends[0]), 4, x(ends[0]), bottom, "zero"));
    const marks: Mark[] = [];
    const finish = (y: number, at: number, name: string, vector: ArrayLike<number>) => {
      const word = number(place(vector)) + other(entry, vector);
      const group = band(y, width, 24, name, { room: left - 10 });
      group.append(s("path", { d: `M${at - 6} ${y}L${at} ${y - 6}L${at + 6} ${y}L${at} ${y + 6}Z`, class: "syn-mark" }));
      const flip = at > (start + end) / 2;
      group.append(text(flip ? at - 11 : at + 11, y, word, { anchor: flip ? "end" : "start" }));
      svg.append(group);
      marks.push({ node: group, lines: [name, `${scaleName} ${word}`] });
    };
    finish(17, x(ends[0]), entry.quality ? "intercept" : "average", entry.base.data);
    bars.forEach((bar, i) => {
      const reach = natural ? 0 : Math.abs(x(bar.reach) - x(0));
      const mark = drawBar(svg, entry, bar, x(place(points[i])), x(place(points[i + 1])), reach, LINE * (i + 1) + 17, left, width);
      const moved = place(points[i + 1]) - place(points[i]);
      if (natural) mark.lines.push(`${scaleName} ${signed(moved)} in this order`);
      marks.push(mark);
    });
    finish(LINE * (bars.length + 1) + 17, x(ends[1]), "prediction", entry.prediction.data);
    node.append(note(words(entry)));
    marks.forEach((mark, i) => (mark.node.dataset.mark = `${entry.method}-${i}`));
    return marks;
  }

  function other(entry: Entry, vector: ArrayLike<number>): string {
    if (entry.link === "identity") return "";
    return natural ? `  (${SCALES[entry.link]} ${number(vector[output])})` : `  (${NATURAL[entry.link]} ${number(natively(entry, vector)[output])})`;
  }

  function drawBar(svg: SVGSVGElement, entry: Entry, bar: Bar, a: number, b: number, reach: number, y: number, left: number, width: number): Mark {
    const node = band(y, width, 24, bar.words, { room: left - 10, kind: bar.rest ? "dim" : undefined });
    const kind = bar.rest ? "syn-rest" : bar.value >= 0 ? "syn-pos" : "syn-neg";
    const nose = Math.min(5, Math.abs(b - a)) * (b >= a ? 1 : -1);
    const shape = `M${a} ${y - 8}L${b - nose} ${y - 8}L${b} ${y}L${b - nose} ${y + 8}L${a} ${y + 8}Z`;
    node.append(
      s("path", { d: shape, class: kind }),
      stroke(b, y + 8, b, y + LINE - 8, "link"),
    );
    const right = b >= a;
    if (reach) node.append(s("path", { d: `M${b - reach} ${y - 3}V${y + 3}M${b - reach} ${y}H${b + reach}M${b + reach} ${y - 3}V${y + 3}`, class: "syn-whisker" }));
    node.append(text(right ? b + reach + 6 : b - reach - 6, y, signed(bar.value), { size: 11.5, anchor: right ? "start" : "end" }));
    svg.append(node);
    const about = bar.value >= 0 ? "raises" : "lowers";
    const lines = [bar.words, `${about} the ${SCALES[entry.link]} by ${number(Math.abs(bar.value))}`];
    if (bar.reach) lines.push(`95 % interval ${signed(bar.value - bar.reach)} to ${signed(bar.value + bar.reach)}`);
    const press = bar.rest ? () => ((most = Math.max(most * 3, 25)), stage.now()) : undefined;
    if (press) lines.push("press to show more of them");
    return hover(stage, { node, lines, press });
  }

  function head(entry: Entry): HTMLElement {
    const said = trust(entry, output);
    const of = entry.outputs.length > 1 ? ` \u00b7 ${entry.outputs[output]}` : "";
    return h("p", { class: "syn-head" }, h("b", {}, entry.method + of), badge(said));
  }

  function words(entry: Entry): string {
    const link = SCALES[entry.link];
    if (natural) {
      return `The ${NATURAL[entry.link]} is not a sum of parts: a bar is how far it moves when its feature is added in this order. The numbers are ${link} effects; those add up.`;
    }
    if (entry.quality) return `LIME: a local linear model; lengths are its effects on the ${link} scale, and its R\u00b2 says how well it follows the model here.`;
    const whisker = entry.error ? " Whisker: 95 % interval of a sampled value." : "";
    return `Bars add up on the ${link} scale: average + all bars = prediction.${whisker}`;
  }

  return () => stage.stop();
};

function barsOf(entry: Entry, output: number, most: number): Bar[] {
  const width = entry.outputs.length;
  const vector = (i: number) => Float64Array.from({ length: width }, (_, o) => entry.values.data[i * width + o]);
  const order = entry.names.map((_, i) => i).sort((a, b) => Math.abs(entry.values.data[b * width + output]) - Math.abs(entry.values.data[a * width + output]));
  const few = entry.others === 0 && order.length <= most + 1 ? order.length : Math.min(most, order.length);
  const bars: Bar[] = order.slice(0, few).map((i) => {
    const steps = vector(i);
    const reach = NORMAL_95 * (entry.error?.data[i * width + output] ?? 0);
    return { words: `${entry.names[i]} = ${entry.shown[i]}`, value: steps[output], steps, rest: false, reach };
  });
  const left = order.slice(few);
  if (left.length + entry.others) {
    let steps: ArrayLike<number> = entry.rest.data;
    for (const i of left) steps = add(steps, vector(i));
    const sum = Float64Array.from(steps);
    bars.push({ words: `${whole(left.length + entry.others)} other features`, value: sum[output], steps: sum, rest: left.length > 0, reach: 0 });
  }
  return bars;
}

function add(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: a.length }, (_, i) => a[i] + b[i]);
}

// Predictions of the link scale on the natural one.
function natively(entry: Entry, points: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(points);
  if (entry.link === "logit") return values.map((value) => 1 / (1 + Math.exp(-value)));
  if (entry.link === "log") return values.map(Math.exp);
  if (entry.link === "identity") return values;
  const top = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}

function trust(entry: Entry, output: number): Fact {
  if (entry.quality) {
    const r2 = entry.quality.data[output];
    return [`R\u00b2 ${number(r2)}`, r2 >= 0.5];
  }
  const width = entry.outputs.length;
  let sum = entry.base.data[output] + entry.rest.data[output];
  let size = Math.abs(entry.rest.data[output]);
  entry.names.forEach((_, i) => {
    sum += entry.values.data[i * width + output];
    size += Math.abs(entry.values.data[i * width + output]);
  });
  const off = Math.abs(entry.prediction.data[output] - sum);
  const good = off <= 1e-6 * Math.max(1, size);
  return [good ? "adds up exactly" : `residual ${number(off)}`, good];
}
