// What views of texts and images share: badges, which whole is shown, and the bar that adds up.
import { badge, type Fact } from "./badges";
import { bottomAxis, chart } from "./chart";
import { block, h, measure, note, s, stroke, text } from "./dom";
import type { Tensor } from "./model";
import { hover, type Mark, type Stage } from "./stage";
import { extent, number, scale, signed } from "./words";

export interface Whole {
  title: string;
  values: Tensor; // (parts, outputs)
  base: Tensor;
  prediction: Tensor;
  less: string; // what the base is, in words
  trust: Fact[];
}

export function column(whole: Whole, output: number): Float64Array {
  const width = whole.values.shape[1];
  return Float64Array.from({ length: whole.values.shape[0] }, (_, i) => whole.values.data[i * width + output]);
}

export function order(values: Float64Array): number[] {
  return Array.from(values.keys()).sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
}

export function heading(whole: Whole, output: number, name: string): HTMLElement {
  const told = `${name} ${number(whole.prediction.data[output])}`;
  return h("p", { class: "syn-head" }, h("b", {}, whole.title), h("span", {}, told), h("span", { class: "syn-dim" }, `${whole.less} ${number(whole.base.data[output])}`), badge(whole.trust[output]));
}

// A list of wholes to choose from: what stands on each is given by ``face``.
export function chooser(stage: Stage, kind: string, wholes: Whole[], total: number, current: number, face: (i: number) => (Node | string)[], mark: (i: number) => boolean, change: (i: number) => void): HTMLElement {
  const items = wholes.map((one, i) => {
    const chosen = i === current;
    const item = h("button", { class: `syn-item${chosen ? " syn-chosen" : ""}${mark(i) ? " syn-has" : ""}`, "aria-pressed": String(chosen), title: one.title }, ...face(i));
    item.addEventListener("click", () => {
      change(i);
      stage.now();
      stage.body.querySelectorAll<HTMLElement>("[aria-pressed]")[i].focus();
    });
    return item;
  });
  const more = total > wholes.length ? note(`${wholes.length} of ${total} fit here.`) : null;
  return h("div", { class: kind, role: "group", "aria-label": "choose" }, ...items, more);
}

const LARGE = 30;

// First all parts that raise the prediction, below all that lower it, from base to prediction.
export function additive(stage: Stage, into: HTMLElement, whole: Whole, words: string[], output: number, name: string, width: number): Mark[] {
  const values = column(whole, output);
  const sum = (sign: number) => values.reduce((a, b) => (b * sign > 0 ? a + b : a), 0);
  const [start, end] = [whole.base.data[output], whole.prediction.data[output]];
  const peak = start + sum(1);
  const all = [start, peak, peak + sum(-1), end];
  const x = scale(...extent(all), 20, width - 20);
  const { svg } = chart(into, width, 96, `${whole.title}: base ${number(start)}, prediction ${number(end)}`);
  bottomAxis(svg, x, 56, name, 2);
  const marks: Mark[] = [];
  for (const [sign, y, from, kind] of [[1, 4, start, "pos"], [-1, 30, peak, "neg"]] as const) {
    const chosen = order(values).filter((i) => values[i] * sign > 0);
    const large = chosen.filter((i) => Math.abs(x(values[i]) - x(0)) >= LARGE);
    const bars: [string, number][] = large.map((i) => [words[i], values[i]]);
    if (chosen.length > large.length) bars.push([`${chosen.length - large.length} others`, chosen.slice(large.length).reduce((sum, i) => sum + values[i], 0)]);
    let at: number = from;
    for (const [word, value] of bars) {
      const [a, b] = [x(at), x(at + value)].sort((p, q) => p - q);
      at += value;
      const node = s("g", {}, block(a, y, Math.max(b - a - 1, 0.5), 22, kind, 2));
      if (measure(word, 12) <= b - a - 6) node.append(text((a + b) / 2, y + 11, word, { anchor: "middle", kind: "on" }));
      svg.append(node);
      marks.push(hover(stage, { node, lines: [word, signed(value)] }));
    }
  }
  svg.append(stroke(x(start), 2, x(start), 56, "zero"), stroke(x(end), 2, x(end), 56, "middle"));
  return marks;
}
