// Summary: a density beeswarm per feature, painted from counts.
import { bottomAxis, chart, cursor, paint } from "./chart";
import { block, h, measure, note, s, shorten, stroke, text, widest } from "./dom";
import type { Model, Render, Tensor } from "./model";
import { follow, hover, Stage, walk, type Mark } from "./stage";
import { palette, ramp, rampBar, swatch, type Colour, type Palette } from "./theme";
import { number, rows, sample, scale, share, signed, tops, type Scale } from "./words";

interface Strip {
  kind: "numeric" | "category" | "unknown";
  low: number | null;
  high: number | null;
  levels: string[];
  means: Tensor; // (outputs, colours + 1)
  direction: (number | null)[];
  counts: Tensor; // (outputs, bins, colours + 1)
}

interface Look {
  output: number;
  order: string;
  top: number;
  wanted: string;
}

const ROW = 32;
const TALL = 46;
const BAND = 26;

export const summary: Render = ({ model, el }) => {
  const names = model.get("names") as string[];
  const outputs = model.get("outputs") as string[];
  const features = model.get("features") as number;
  const means = model.get("meanAbs") as Tensor;
  const method = model.get("method") as string;
  const look: Look = { output: 0, order: "importance", top: Math.min(12, names.length), wanted: "" };
  const mean = (i: number) => means.data[i * outputs.length + look.output];
  const stage = new Stage(el, draw);
  const said = note();
  el.append(said);
  controls();

  function controls(): void {
    stage.pick("class", outputs, 0, (value) => model.set("output", (look.output = value)));
    if (names.length > 6) {
      stage.pick("sort by", [["importance", "importance"], ["name", "name"], ["reach", "largest effect"]], look.order, (value) => (look.order = value));
      stage.pick("show", tops([5, 12, 30, 100], names.length, features), look.top, (value) => (look.top = value));
      const search = h("input", { type: "search", placeholder: "feature", size: 12 });
      search.addEventListener("input", () => ((look.wanted = search.value.toLowerCase()), stage.now()));
      stage.control("find", search);
    }
  }

  function chosen(): number[] {
    const strips = model.get("strips") as Strip[];
    const all = names.map((_, i) => i).filter((i) => names[i].toLowerCase().includes(look.wanted));
    if (look.order === "name") all.sort((a, b) => names[a].localeCompare(names[b]));
    else if (look.order === "reach") all.sort((a, b) => reach(strips[b], look.output, model) - reach(strips[a], look.output, model));
    else all.sort((a, b) => mean(b) - mean(a));
    return all.slice(0, look.top);
  }

  function draw(width: number): void {
    const strips = model.get("strips") as Strip[];
    const edges = (model.get("edges") as Tensor).data;
    const shown = chosen();
    const tall = shown.map((i) => (strips[i]?.kind === "category" ? TALL : ROW));
    const top = 26;
    const bottom = top + tall.reduce((a, b) => a + b, 0);
    const left = Math.min(widest(shown.map((i) => names[i])) + 14, Math.max(96, width * 0.27));
    const label = `Summary: ${shown.length} of ${features} features. Arrow keys walk the features, left and right the values.`;
    const { back, canvas, svg } = chart(stage.body, width, bottom + 40, label);
    const start = left + 72;
    const x = scale(edges[look.output * 2], edges[look.output * 2 + 1], start, width - 16);
    const of = outputs.length > 1 ? ` for ${outputs[look.output]}` : "";
    bottomAxis(back, x, bottom, `${method} value${of} (${model.get("scale") as string})`, top);
    back.append(stroke(x(0), top, x(0), bottom, "zero"));
    svg.append(text(left, top - 13, `mean |${method}|`, { kind: "dim", size: 11 }));
    const target = outputs.length > 1 ? outputs[look.output] : outputs[0];
    const raises = `lowers \u2190 ${target} \u2192 raises`;
    const fits = measure(raises, 11) <= width - start - 30;
    svg.append(text(width - 16, top - 13, fits ? raises : "lowers \u2190 \u2192 raises", { anchor: "end", kind: "dim", size: 11 }));
    const most = Math.max(...names.map((_, i) => mean(i))) || 1;
    const colours = palette(stage.root);
    const marks: Mark[] = [];
    let y = top;
    shown.forEach((i, row) => {
      const middle = y + ROW / 2;
      svg.append(text(6, middle, names[i], { size: 12.5, room: left - 14 }));
      svg.append(block(left, middle - 9, Math.max(60 * (mean(i) / most), 1), 18, "data", 2));
      svg.append(text(left + 4, middle, number(mean(i)), { size: 11.5 }));
      back.append(stroke(start, middle, width - 16, middle, "grid"));
      const strip = strips[i];
      if (strip) {
        const pixels = picture(strip, look.output, width - 16 - start, colours);
        paint(canvas, pixels, start, middle - BAND / 2, width - 16 - start, BAND);
        if (strip.kind === "category") levels(svg, strip, look.output, x, middle + BAND / 2);
      }
      marks.push(mark(svg, i, strip, x, y, tall[row], width));
      y += tall[row];
    });
    walk(stage, marks);
    key(svg, colours);
    const extra = shown.some((i) => !strips[i]) ? " Weaker features are shown by their bar alone." : "";
    said.textContent = `${sample(model)}, ${shown.length} of ${features} features. Height: square root of the row count, per feature.${extra}`;
  }

  function mark(svg: SVGSVGElement, i: number, strip: Strip | undefined, x: Scale, y: number, height: number, width: number): Mark {
    const back = block(1, y + 1, width - 3, height - 2, "hit", 4);
    const tick = cursor(svg, y + 3, y + ROW - 3);
    const node = s("g", { "data-mark": names[i] }, back);
    svg.append(node);
    const lines = [names[i], `mean |${method}| ${number(mean(i))}`];
    const way = strip ? towards(strip.direction[look.output]) : null;
    if (way) lines.push(way);
    const press = model.get("clickable") ? () => model.set("feature", names[i]) : undefined;
    if (press) lines.push("press for its dependence");
    const one: Mark = { node, lines, press };
    if (!strip) return hover(stage, one);
    const bins = strip.counts.shape[1];
    const at = (bin: number): string[] => {
      tick(x(x.low + ((bin + 0.5) / bins) * (x.high - x.low)));
      return tell(names[i], method, strip, look.output, bin, x.low, x.high);
    };
    let bin = Math.floor((-x.low / (x.high - x.low)) * bins);
    one.across = (step) => {
      for (let next = bin + step; next >= 0 && next < bins; next += step) {
        if (total(strip, look.output, next)) return at((bin = next));
      }
      return null;
    };
    follow(stage, node, (px) => {
      const found = near(strip, look.output, Math.floor(((x.invert(px) - x.low) / (x.high - x.low)) * bins));
      if (found !== null) return at(found);
      tick();
      return lines;
    }, tick);
    node.addEventListener("blur", () => (tick(), stage.hide()));
    return one;
  }

  function key(svg: SVGSVGElement, colours: Palette): void {
    const line = h("div", { class: "syn-key" });
    line.append(
      h("span", {}, "feature value: low ", rampBar(colours), " high"),
      h("span", {}, swatch(colours.absent), " missing"),
      h("span", {}, swatch(colours.neutral), " category, levels named"),
    );
    svg.parentElement?.after(line);
  }

  return () => stage.stop();
};

function total(strip: Strip, output: number, bin: number): number {
  const [, bins, colours] = strip.counts.shape;
  const from = (output * bins + bin) * colours;
  let sum = 0;
  for (let c = 0; c < colours; c++) sum += strip.counts.data[from + c];
  return sum;
}

// The nearest bin with rows, at most two bins away.
function near(strip: Strip, output: number, bin: number): number | null {
  if (bin < 0 || bin >= strip.counts.shape[1]) return null;
  for (const off of [0, 1, -1, 2, -2]) {
    const at = bin + off;
    if (at >= 0 && at < strip.counts.shape[1] && total(strip, output, at)) return at;
  }
  return null;
}

function reach(strip: Strip | undefined, output: number, model: Model): number {
  if (!strip) return 0;
  const edges = (model.get("edges") as Tensor).data;
  const [low, high] = [edges[output * 2], edges[output * 2 + 1]];
  const bins = strip.counts.shape[1];
  let most = 0;
  for (let bin = 0; bin < bins; bin++) {
    if (total(strip, output, bin)) most = Math.max(most, Math.abs(low + ((bin + 0.5) / bins) * (high - low)));
  }
  return most;
}

function towards(direction: number | null): string | null {
  if (direction === null || Math.abs(direction) < 0.1) return null;
  return direction > 0 ? "higher values raise the prediction" : "higher values lower the prediction";
}

function tell(name: string, method: string, strip: Strip, output: number, bin: number, low: number, high: number): string[] {
  const [, bins, colours] = strip.counts.shape;
  const at = (i: number) => low + (i / bins) * (high - low);
  const from = (output * bins + bin) * colours;
  const counts = Array.from({ length: colours }, (_, c) => strip.counts.data[from + c]);
  const sum = counts.reduce((a, b) => a + b, 0);
  const lines = [name, `${method} ${signed(at(bin))} to ${signed(at(bin + 1))}: ${rows(sum)}`];
  if (strip.kind === "unknown") return lines;
  if (strip.kind === "category") {
    const order = counts.map((_, c) => c).filter((c) => counts[c]).sort((a, b) => counts[b] - counts[a]);
    for (const c of order.slice(0, 3)) lines.push(`${c === colours - 1 ? "missing" : strip.levels[c]}: ${share(counts[c], sum)}`);
    return lines;
  }
  const known = counts.slice(0, -1);
  const first = known.findIndex((count) => count > 0);
  const step = ((strip.high ?? 0) - (strip.low ?? 0)) / (colours - 1);
  if (first >= 0) {
    const final = known.length - 1 - [...known].reverse().findIndex((count) => count > 0);
    const lower = first === 0 ? "" : `${number((strip.low ?? 0) + first * step)}`;
    const upper = final === known.length - 1 ? "" : `${number((strip.low ?? 0) + (final + 1) * step)}`;
    if (step === 0) lines.push(`value ${number(strip.low)}`);
    else if (lower && upper) lines.push(`values ${lower} to ${upper}`);
    else if (upper) lines.push(`values up to ${upper}`);
    else if (lower) lines.push(`values from ${lower}`);
  }
  if (counts[colours - 1]) lines.push(`missing: ${share(counts[colours - 1], sum)}`);
  return lines;
}

// Paints one strip: columns as high as the root of their count, colours stacked from low to high.
function picture(strip: Strip, output: number, width: number, theme: Palette): ImageData {
  const sharp = Math.min(window.devicePixelRatio || 1, 3);
  const [, bins, colours] = strip.counts.shape;
  const height = Math.round(BAND * sharp);
  const across = Math.max(Math.round(width * sharp), 1);
  const pixels = new ImageData(across, height);
  const shades = Array.from({ length: colours }, (_, c): Colour => {
    if (c === colours - 1) return theme.absent;
    return strip.kind === "numeric" ? ramp(theme, c / (colours - 2)) : theme.neutral;
  });
  let most = 1;
  for (let bin = 0; bin < bins; bin++) most = Math.max(most, total(strip, output, bin));
  for (let px = 0; px < across; px++) {
    const bin = Math.min(Math.floor((px / across) * bins), bins - 1);
    const sum = total(strip, output, bin);
    if (!sum) continue;
    const size = Math.max(Math.round(Math.sqrt(sum / most) * height), 2);
    const low = Math.floor((height + size) / 2);
    const from = (output * bins + bin) * colours;
    let colour = 0;
    let heap = strip.counts.data[from];
    for (let k = 0; k < size; k++) {
      while (colour < colours - 1 && heap <= ((k + 0.5) / size) * sum) heap += strip.counts.data[from + ++colour];
      const place = ((low - 1 - k) * across + px) * 4;
      const [r, g, b] = shades[colour];
      pixels.data.set([r, g, b, 255], place);
    }
  }
  return pixels;
}

function levels(svg: SVGSVGElement, strip: Strip, output: number, x: Scale, y: number): void {
  const [, bins, colours] = strip.counts.shape;
  const sizes = new Array<number>(colours).fill(0);
  for (let i = 0; i < bins * colours; i++) sizes[i % colours] += strip.counts.data[output * bins * colours + i];
  const taken: [number, number][] = [];
  for (const c of sizes.map((_, i) => i).sort((a, b) => sizes[b] - sizes[a])) {
    if (!sizes[c]) continue;
    const at = x(strip.means.data[output * colours + c]);
    const words = shorten(c === colours - 1 ? "missing" : strip.levels[c], 110, 10.5);
    const half = measure(words, 10.5) / 2 + 4;
    const centre = Math.min(Math.max(at, x.start + half), x.end - half);
    if (taken.some(([a, b]) => centre - half < b && centre + half > a)) continue;
    taken.push([centre - half, centre + half]);
    svg.append(stroke(at, y - 2, at, y + 3, "tick"));
    svg.append(text(centre, y + 9, words, { anchor: "middle", kind: "dim", size: 10.5 }));
  }
}
