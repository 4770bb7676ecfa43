// Dependence: SHAP values of one feature over its values, as a density with dots, or boxes.
import { bottomAxis, chart, leftAxis, paint, path } from "./chart";
import { block, disc, h, note, stroke, text } from "./dom";
import { drawLevels } from "./levels";
import type { Render, Tensor } from "./model";
import { follow, Stage, walk, type Mark } from "./stage";
import { palette, ramp, rampBar, rgb, swatch, type Colour, type Palette } from "./theme";
import { number, rows, sample, scale, signed, whole, type Scale } from "./words";

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
  const said = note();
  el.append(said);
  stage.pick("class", outputs, output, (value) => (output = value));
  stage.pick("colour by", [...picks.map((one) => one.name), [-1, "nothing"]], 0, (value) => (pick = value));

  const title = () => `${method} value${outputs.length > 1 ? ` for ${outputs[output]}` : ""} (${model.get("scale") as string})`;

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
    const { back, svg, canvas } = chart(stage.body, width, height, `Dependence on ${name}. Arrow keys walk the median line.`);
    const x = scale(low, high, left, right);
    const y = scale(edges[output * 2], edges[output * 2 + 1], bottom, top);
    leftAxis(back, y, 60, title(), right);
    bottomAxis(back, x, bottom, name);
    back.append(stroke(60, y(0), right, y(0), "zero"));
    const colours = palette(stage.root);
    const counts = model.get("counts") as Tensor;
    paint(canvas, shade(counts, output, colours.low), left, top, right - left, bottom - top);
    if (gone) {
      back.append(block(66, top, 22, bottom - top, "rail"));
      paint(canvas, shade({ data: missing.data, shape: [outputs.length, 1, missing.shape[1]] }, output, colours.absent), 66, top, 22, bottom - top);
      svg.append(text(77, bottom + 11, "missing", { anchor: "middle", kind: "dim", size: 10 }));
    }
    const dots = drawDots(canvas, x, y, colours);
    const line = walkLine(svg, x, y);
    under(svg, x, y, dots);
    walk(stage, line);
    key(colours);
    const points = (model.get("dotsX") as Tensor).shape[0];
    said.textContent = `${sample(model)}${gone ? `, ${whole(gone)} missing` : ""}. Shade: density of all; line: median; dots: ${whole(points)} sampled.`;
  }

  function drawDots(pen: CanvasRenderingContext2D, x: Scale, y: Scale, colours: Palette): [number, number, number][] {
    const xs = model.get("dotsX") as Tensor;
    const ys = model.get("dotsY") as Tensor;
    const total = xs.shape[0];
    const one = picks[pick];
    const places: [number, number, number][] = [];
    for (let i = 0; i < total; i++) {
      if (xs.data[i] === NOTHING) continue;
      const px = x(x.low + (xs.data[i] / STEPS) * (x.high - x.low));
      const py = y(y.low + (ys.data[output * total + i] / STEPS) * (y.high - y.low));
      pen.fillStyle = rgb(one ? colourOf(one, i, colours) : colours.low);
      pen.globalAlpha = 0.85;
      pen.beginPath();
      pen.arc(px, py, 2.2, 0, 2 * Math.PI);
      pen.fill();
      places.push([px, py, i]);
    }
    pen.globalAlpha = 1;
    return places;
  }

  function colourOf(one: Pick, i: number, colours: Palette): Colour {
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
      const node = disc(px, py, places.length > 1 ? 4 : 5, places.length > 1 ? "point" : "mark");
      svg.append(node);
      return { node, lines: [`${name} about ${number(xs[i])}`, `median ${method} ${signed(ys[output * xs.length + i])}`] };
    });
  }

  function under(svg: SVGSVGElement, x: Scale, y: Scale, dots: [number, number, number][]): void {
    follow(stage, svg, (px, py) => {
      let best: [number, number, number] | null = null;
      let least = 100;
      for (const dot of dots) {
        const off = (dot[0] - px) ** 2 + (dot[1] - py) ** 2;
        if (off < least) [least, best] = [off, dot];
      }
      if (!best) return null;
      const one = picks[pick];
      const lines = [`${name} ${number(x.invert(best[0]))}`, `${method} ${signed(y.invert(best[1]))}`];
      if (one) lines.push(`${one.name}: ${valueOf(one, best[2])}`);
      return lines;
    });
  }

  function key(colours: Palette): void {
    const one = picks[pick];
    if (!one) return;
    const line = h("div", { class: "syn-key" }, h("b", {}, one.name));
    if (one.levels.length) one.levels.forEach((level, i) => line.append(h("span", {}, swatch(SERIES[i % SERIES.length]), " " + level)));
    else line.append(h("span", {}, number(one.low) + " ", rampBar(colours), " " + number(one.high)));
    stage.body.append(line);
  }

  function boxes(width: number): void {
    const quantiles = (model.get("quantiles") as Tensor).data;
    const counts = (model.get("levelCounts") as Tensor).data;
    const at = (level: number, q: number) => quantiles[(output * levels.length + level) * 5 + q];
    const all = levels.flatMap((_, i) => [at(i, 0), at(i, 4)]);
    const ends = [Math.min(0, ...all), Math.max(0, ...all)];
    drawLevels(stage, width, `Dependence on ${name}`, title(), ends, true, levels.map((level, i) => ({
      name: level,
      rows: counts[i],
      lines: [level, rows(counts[i]), `median ${signed(at(i, 2))}`, `middle half ${signed(at(i, 1))} to ${signed(at(i, 3))}`],
      middle: at(i, 2),
      draw: (x, y) => [
        stroke(x(at(i, 0)), y, x(at(i, 4)), y, "whisker"),
        block(x(at(i, 1)), y - 8, Math.max(x(at(i, 3)) - x(at(i, 1)), 1), 16, "box", 2),
      ],
    })));
    said.textContent = `${sample(model)}. Box: middle half; line: median; whisker: 5 % to 95 %.`;
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
