// Partial dependence: the average over rows, single rows and their band; levels; maps of two.
import { bottomAxis, chart, leftAxis, paint, path } from "./chart";
import { block, disc, fill, h, measure, note, s, stroke, text, upwards, widest } from "./dom";
import { drawLevels } from "./levels";
import type { Render, Tensor } from "./model";
import { follow, hover, Stage, walk, type Mark } from "./stage";
import { palette, ramp, rampBar, rgb } from "./theme";
import { number, rows, sample, scale } from "./words";

interface Feature {
  name: string;
  level: boolean;
  labels: string[];
  x: Tensor;
  average: Tensor;
  low: number;
  high: number;
  band: Tensor;
  curves: Tensor;
  counts: Tensor;
  importance: Tensor;
}

interface Pair {
  names: string[];
  labels: string[][];
  average: Tensor;
}

const STRIP = 24;

export const pdp: Render = ({ model, el }) => {
  const features = model.get("features") as Feature[];
  const pairs = model.get("pairs") as Pair[];
  const outputs = model.get("outputs") as string[];
  const target = model.get("target") as string;
  let chosen = 0;
  let output = 0;
  let start = false;
  const stage = new Stage(el, draw);
  const said = note();
  el.append(said);
  const names = [...features.map((one) => one.name), ...pairs.map((one) => one.names.join(" and "))];
  stage.pick("feature", names, 0, (value) => (chosen = value));
  stage.pick("class", outputs, 0, (value) => (output = value));
  if (features.length) stage.pick("curves", ["as predicted", "from the first point"], 0, (value) => (start = value > 0));

  function draw(width: number): void {
    const every = model.get("all") as number;
    const few = every > features.length ? `, ${features.length} of ${every} features` : "";
    const one = features[chosen];
    const marks = !one
      ? "Colour: average over the rows."
      : `${one.level ? "Tick" : "Thick"}: average; ${one.level ? "dots" : "thin"}: ${rows(one.curves.shape[0])}${start ? "" : `; ${one.level ? "whisker" : "band"}: 10 % to 90 % of rows`}.`;
    said.textContent = `${sample(model)}${few}. ${marks}`;
    const size = Math.min(width, 760);
    if (!one) map(pairs[chosen - features.length], size);
    else if (one.level) levels(one, size);
    else curves(one, size);
  }

  const title = () => (start && features[chosen] ? "change of " : "") + target + (outputs.length > 1 ? ` of ${outputs[output]}` : "");
  const told = (one: Feature, point: number) => one.labels[point] ?? number(one.x.data[point]);
  const moved = (of: (point: number) => number) => (point: number) => of(point) - (start ? of(0) : 0);
  const mean = (one: Feature) => moved((point) => one.average.data[point * outputs.length + output]);
  const part = (one: Feature, of: Tensor, row: number) =>
    moved((point) => one.low + (of.data[(row * one.x.data.length + point) * outputs.length + output] / 65534) * (one.high - one.low));

  // Everything that is drawn of a feature, and the ends of the axis that holds it.
  function read(one: Feature) {
    const points = Array.from(one.x.data, (_, i) => i);
    const each = Array.from({ length: one.curves.shape[0] }, (_, row) => points.map(part(one, one.curves, row)));
    const band = start ? [] : [0, 1].map((side) => points.map(part(one, one.band, side)));
    const average = points.map(mean(one));
    const all = [...each, ...band, average].flat();
    let [low, high] = [Math.min(...all), Math.max(...all)];
    if (low === high) [low, high] = [low - 1, high + 1];
    return { points, each, band, average, low, high };
  }

  function curves(one: Feature, width: number): void {
    const { points, each, band, average, low, high } = read(one);
    const height = Math.round(Math.min(Math.max(width * 0.52, 250), 360));
    const [left, right, top, bottom] = [66, width - 12, 10, height - 46 - STRIP];
    const { back, svg, canvas } = chart(stage.body, width, height, `Partial dependence on ${one.name}. Arrow keys walk the average.`);
    const ends = [one.x.data[0], one.x.data[points.length - 1]];
    const x = scale(ends[0], ends[0] === ends[1] ? ends[0] + 1 : ends[1], left, right);
    const y = scale(low, high, bottom, top);
    leftAxis(back, y, 62, title(), right);
    const places = (values: number[]) => values.map((value, i): [number, number] => [x(one.x.data[i]), y(value)]);
    if (band.length) {
      const edge = [...places(band[1]), ...places(band[0]).reverse()];
      back.append(s("path", { d: `M${edge.map((at) => at.join(" ")).join("L")}Z`, class: "syn-band" }));
    }
    canvas.strokeStyle = rgb(palette(stage.root).low);
    canvas.globalAlpha = 0.35;
    for (const row of each) {
      canvas.beginPath();
      for (const [px, py] of places(row)) canvas.lineTo(px, py);
      canvas.stroke();
    }
    const most = Math.max(...one.counts.data, 1);
    const step = (right - left) / one.counts.data.length;
    one.counts.data.forEach((count, i) => {
      const tall = STRIP * Math.sqrt(count / most);
      back.append(block(left + i * step, bottom + 6 + STRIP - tall, Math.max(step - 0.5, 0.5), tall, "rest"));
    });
    const under = bottom + 8 + STRIP;
    if (one.labels.length) {
      [0, points.length - 1].forEach((point, i) => back.append(text(x(one.x.data[point]), under + 11, one.labels[point], { anchor: i ? "end" : "start", kind: "dim", size: 11 })));
      back.append(text((left + right) / 2, under + 28, one.name, { anchor: "middle", kind: "dim", room: right - left }));
    } else bottomAxis(back, x, under, one.name);
    const lit = path([], "curve");
    svg.append(lit, path(places(average), "median"));
    walk(stage, places(average).map(([px, py], i) => {
      const node = disc(px, py, points.length > 1 ? 4 : 5, points.length > 1 ? "point" : "mark");
      svg.append(node);
      return { node, lines: tell(one, i, average) };
    }));
    follow(stage, svg, (px, py) => {
      const at = nearest(points, (i) => Math.abs(x(one.x.data[i]) - px));
      const row = nearest(each, (_, i) => Math.abs(y(each[i][at]) - py));
      const close = each.length && Math.abs(y(each[row][at]) - py) < 14;
      fill(lit, { d: close ? path(places(each[row]), "curve").getAttribute("d") : "" });
      const lines = tell(one, at, average);
      if (close) lines.push(`row ${row + 1}: ${number(each[row][at])}`);
      return lines;
    }, () => fill(lit, { d: "" }));
  }

  function tell(one: Feature, point: number, average: number[]): string[] {
    const lines = [`${one.name}: ${told(one, point)}`, `average ${number(average[point])}`];
    if (!start) lines.push(`most rows ${[0, 1].map((side) => number(part(one, one.band, side)(point))).join(" to ")}`);
    return lines;
  }

  function levels(one: Feature, width: number): void {
    const { points, each, band, average, low, high } = read(one);
    drawLevels(stage, width, `Partial dependence on ${one.name}`, title(), [low, high], false, points.map((i) => ({
      name: one.labels[i],
      rows: one.counts.data[i],
      lines: tell(one, i, average),
      middle: average[i],
      draw: (x, y) => [
        ...each.map((row) => disc(x(row[i]), y, 2.2, "seen")),
        ...(band.length ? [stroke(x(band[0][i]), y, x(band[1][i]), y, "whisker")] : []),
      ],
    })));
  }

  function map({ names, labels, average }: Pair, width: number): void {
    const [across, up] = labels.map((one) => one.length);
    const value = (i: number, j: number) => average.data[(i * up + j) * outputs.length + output];
    const all = labels[0].flatMap((_, i) => labels[1].map((_, j) => value(i, j)));
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const left = Math.min(widest(labels[1], 11, 40) + 30, width * 0.35);
    const [wide, tall] = [Math.min(44, (width - left - 24) / across), Math.max(14, Math.min(30, 360 / up))];
    const bottom = 10 + tall * up;
    const { svg, canvas } = chart(stage.body, width, bottom + 44, `${names.join(" and ")}. Arrow keys walk the cells.`);
    const colours = palette(stage.root);
    const pixels = new ImageData(across, up);
    const marks: Mark[] = [];
    let [right, top] = [-Infinity, Infinity];
    labels[0].forEach((label, i) => {
      const half = Math.min(measure(label, 11), 90) / 2 + 4;
      const place = left + wide * (i + 0.5);
      if (place - half >= right) {
        right = place + half;
        svg.append(text(place, bottom + 11, label, { anchor: "middle", size: 11, room: 90 }));
      }
      labels[1].forEach((other, j) => {
        const part = high > low ? (value(i, j) - low) / (high - low) : 0.5;
        pixels.data.set([...ramp(colours, part), 255], ((up - 1 - j) * across + i) * 4);
        const node = block(left + wide * i, bottom - tall * (j + 1), wide, tall, "hit");
        marks.push(hover(stage, { node, lines: [`average ${number(value(i, j))}`, `${names[0]}: ${label}`, `${names[1]}: ${other}`] }));
        svg.append(node);
      });
    });
    labels[1].forEach((label, j) => {
      const place = bottom - tall * (j + 0.5);
      if (place > top - 12) return;
      top = place;
      svg.append(text(left - 6, place, label, { anchor: "end", size: 11, room: left - 30 }));
    });
    paint(canvas, pixels, left, 10, wide * across, tall * up);
    svg.append(text(left + (wide * across) / 2, bottom + 30, names[0], { anchor: "middle", kind: "dim", room: width - left }));
    svg.append(upwards(12, (10 + bottom) / 2, names[1], { anchor: "middle", kind: "dim", room: tall * up }));
    walk(stage, marks);
    stage.body.append(h("div", { class: "syn-key" }, h("span", {}, title() + ": " + number(low) + " ", rampBar(colours), " " + number(high))));
  }

  return () => stage.stop();
};

function nearest<T>(all: T[], off: (one: T, i: number) => number): number {
  let best = 0;
  all.forEach((one, i) => {
    if (off(one, i) < off(all[best], best)) best = i;
  });
  return best;
}
