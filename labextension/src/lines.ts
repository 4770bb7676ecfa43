// Lines over common axes, with a cursor that reads them: curves of an evaluation and of training.
import { bottomAxis, chart, cursor, leftAxis, path } from "./chart";
import { disc, h, note } from "./dom";
import type { Model, Render, Tensor } from "./model";
import { follow, Stage } from "./stage";
import { number, scale } from "./words";

export interface Series {
  name: string;
  x: Tensor;
  y: Tensor;
}

export const lines: Render = ({ model, el }) => {
  const stage = new Stage(el, (width) => drawLines(stage, stage.body, model, Math.min(width, model.get("wide") ? 720 : 440)));
  el.append(note((model.get("note") as string) ?? ""));
  return () => stage.stop();
};

// Draws the lines of `model`; `at`, where given, is the point of the first line to mark.
export function drawLines(stage: Stage, into: HTMLElement, model: Model, width: number): void {
  const series = model.get("series") as Series[];
  const [xEnds, yEnds] = model.get("ends") as [number[], number[]];
  const extra = (model.get("extra") ?? []) as { name: string; values: Tensor }[];
  const ideal = model.get("ideal") as [Tensor, Tensor] | null;
  const at = model.get("at") as number | undefined;
  const height = model.get("wide") ? 250 : Math.round(Math.min(width * 0.8, 330));
  const [left, right, top, bottom] = [62, width - 12, 10, height - 40];
  const yTitle = model.get("yTitle") as string;
  const xTitle = model.get("xTitle") as string;
  const { svg, node } = chart(into, width, height, `${yTitle} over ${xTitle}. Left and right read the points.`);
  const x = scale(xEnds[0], xEnds[1], left, right);
  const y = scale(yEnds[0], yEnds[1], bottom, top);
  leftAxis(svg, y, left, yTitle, right);
  bottomAxis(svg, x, bottom, xTitle, top);
  if (ideal) svg.append(path(points(ideal[0], ideal[1], x, y), "ideal"));
  series.forEach((one, i) => {
    const places = points(one.x, one.y, x, y);
    const drawn = path(places, "curve");
    drawn.classList.add(`syn-s${i % 8}`);
    svg.append(drawn);
    if (model.get("marks") || places.length === 1) {
      for (const [px, py] of places) svg.append(disc(px, py, 3.5, `dot syn-s${i % 8}`));
    }
  });
  if (at !== undefined) {
    const [px, py] = points(series[0].x, series[0].y, x, y)[at] ?? [NaN, NaN];
    if (Number.isFinite(px) && Number.isFinite(py)) svg.append(disc(px, py, 6, "here"));
  }
  if (series.length > 1) legend(node, series);
  if (series.length) reader();

  function reader(): void {
    const rule = cursor(svg, top, bottom);
    const xs = series.reduce((best, one) => (one.x.data.length > best.length ? one.x.data : best), series[0].x.data);
    let here = at ?? 0;
    const tell = (i: number) => {
      here = Math.min(Math.max(i, 0), xs.length - 1);
      rule(x(xs[here]));
      const words = [`${xTitle} ${number(xs[here])}`];
      for (const one of series) {
        if (here < one.y.data.length) words.push(`${series.length > 1 ? one.name : yTitle} ${number(one.y.data[here])}`);
      }
      for (const one of extra) words.push(`${one.name} ${number(one.values.data[here])}`);
      return words;
    };
    svg.setAttribute("tabindex", "0");
    svg.classList.add("syn-walk");
    svg.addEventListener("blur", () => (rule(), stage.hide()));
    follow(stage, svg, (px, py) => tell(nearest(px, py)), rule);
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -1e9, End: 1e9 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const words = tell(here + step);
      const box = svg.getBoundingClientRect();
      stage.show(box.left + x(xs[here]), box.top + y(series[0].y.data[here] || yEnds[0]), words);
      stage.say(words.join(", "));
    });
    function nearest(px: number, py: number): number {
      let best = 0;
      let least = Infinity;
      const ys = series[0].y.data;
      for (let i = 0; i < xs.length; i++) {
        const dy = series.length === 1 && Number.isFinite(ys[i]) ? (y(ys[i]) - py) * 0.3 : 0;
        const off = (x(xs[i]) - px) ** 2 + dy ** 2;
        if (off < least) [least, best] = [off, i];
      }
      return best;
    }
  }
}

function legend(node: HTMLElement, series: Series[]): void {
  const line = h("div", { class: "syn-key" });
  series.forEach((one, i) => line.append(h("span", {}, h("span", { class: `syn-stroke syn-s${i % 8}` }), " " + one.name)));
  node.after(line);
}

function points(xs: Tensor, ys: Tensor, x: (v: number) => number, y: (v: number) => number): [number, number][] {
  return Array.from(xs.data, (value, i): [number, number] => [x(value), i < ys.data.length ? y(ys.data[i]) : NaN]);
}
