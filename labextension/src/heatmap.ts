// Heat map: every contribution as a colour, rows explained alike side by side, their prediction above.
import { bottomAxis, chart, cursor, diverging, leftAxis, paint, path } from "./chart";
import { block, fill, h, note, s, text, widest } from "./dom";
import type { Render, Tensor } from "./model";
import { follow, Stage, walk, type Mark } from "./stage";
import { palette } from "./theme";
import { number, sample, scale, signed, whole } from "./words";

const BAND = 22;
const LINE = 74;
const STEPS = 65534;

export const heatmap: Render = ({ model, el }) => {
  const names = model.get("names") as string[];
  const outputs = model.get("outputs") as string[];
  const cells = model.get("cells") as Tensor; // (outputs, names, rows) in steps of 1/127 of the limit
  const limits = (model.get("limits") as Tensor).data;
  const lines = model.get("prediction") as Tensor;
  const edges = (model.get("edges") as Tensor).data;
  const places = (model.get("places") as Tensor).data;
  const method = model.get("method") as string;
  const count = places.length;
  let output = 0;
  let [from, to] = [0, count];
  const stage = new Stage(el, draw);
  const said = note();
  el.append(said);
  stage.pick("class", outputs, 0, (value) => (output = value));
  const all = h("button", { type: "button", class: "syn-button" }, "all rows");
  all.addEventListener("click", () => zoom(0, count));
  stage.controls.append(all);

  const share = (feature: number, i: number) => (cells.data[(output * names.length + feature) * count + i] - 127) / 127;
  const predicted = (i: number) => edges[output * 2] + (lines.data[output * count + i] / STEPS) * (edges[output * 2 + 1] - edges[output * 2]);

  function zoom(first: number, last: number): void {
    if (last - first < 2) return;
    [from, to] = [first, last];
    stage.now();
  }

  function draw(width: number): void {
    const left = Math.min(widest(names, 12.5, 74) + 20, Math.max(110, width * 0.27));
    const right = width - 12;
    const start = LINE + 14;
    const bottom = start + BAND * names.length;
    const label = `Heat map of ${names.length} features over ${to - from} rows. Arrow keys walk the features, left and right the rows.`;
    const { back, canvas, svg } = chart(stage.body, width, bottom + 40, label);
    const y = scale(edges[output * 2], edges[output * 2 + 1], LINE, 6);
    const x = scale(from, to, left, right);
    leftAxis(back, y, left, "", right);
    svg.append(text(6, LINE / 2, "prediction", { kind: "dim", size: 12 }));
    svg.append(path(Array.from({ length: to - from }, (_, i): [number, number] => [x(from + i + 0.5), y(predicted(from + i))]), "curve"));
    bottomAxis(back, x, bottom, "rows, those explained alike together");
    const colours = palette(stage.root);
    const pixels = new ImageData(to - from, names.length);
    for (let j = 0; j < names.length; j++) {
      for (let i = from; i < to; i++) pixels.data.set(diverging(colours, share(j, i)), (j * (to - from) + i - from) * 4);
    }
    paint(canvas, pixels, left, start, right - left, BAND * names.length);
    const rule = cursor(svg, 4, bottom);
    const box = s("rect", { class: "syn-brush", y: start, height: bottom - start, visibility: "hidden" });
    svg.append(box);
    const at = (j: number, i: number): string[] => {
      rule(x(i + 0.5));
      const part = share(j, i);
      const most = Math.abs(part) === 1 ? (part > 0 ? "at least " : "at most ") : "";
      return [names[j], `${method} ${most}${signed(Number((part * limits[output]).toPrecision(2)))}`, `row ${places[i]}, prediction ${number(predicted(i))}`];
    };
    const marks = names.map((name, j): Mark => {
      const node = s("g", { "data-mark": name }, block(1, start + BAND * j, width - 3, BAND, "hit"));
      svg.append(node, text(6, start + BAND * (j + 0.5), name, { size: 12.5, room: left - 14 }));
      let i = from - 1;
      const across = (step: number) => (i + step >= from && i + step < to ? at(j, (i += step)) : null);
      return { node, lines: [name], across };
    });
    brush(svg, box, x.invert, (px, py) => {
      const [i, j] = [Math.floor(x.invert(px)), Math.floor((py - start) / BAND)];
      return i >= from && i < to && names[j] !== undefined ? at(j, i) : null;
    }, rule);
    walk(stage, marks);
    all.hidden = to - from === count;
    tell(to - from);
  }

  // A drag over rows zooms in on them.
  function brush(svg: SVGSVGElement, box: SVGRectElement, row: (px: number) => number, find: (px: number, py: number) => string[] | null, leave: () => void): void {
    let began: number | null = null;
    const place = (event: PointerEvent) => event.clientX - svg.getBoundingClientRect().left;
    const stop = () => ((began = null), fill(box, { visibility: "hidden" }));
    svg.addEventListener("pointerdown", (event) => (began = place(event)));
    follow(stage, svg, (px, py) => {
      if (began === null || Math.abs(px - began) <= 4) return find(px, py);
      fill(box, { x: Math.min(px, began), width: Math.abs(px - began), visibility: "visible" });
      return null;
    }, () => (stop(), leave()));
    svg.addEventListener("pointerup", (event) => {
      const first = began;
      const px = place(event);
      stop();
      if (first === null || Math.abs(px - first) <= 4) return;
      const ends = [row(first), row(px)].sort((a, b) => a - b);
      zoom(Math.max(Math.floor(ends[0]), from), Math.min(Math.ceil(ends[1]), to));
    });
  }

  function tell(shown: number): void {
    const drawn = count < (model.get("rows") as number) ? `, ${whole(count)} of them drawn, evenly chosen` : "";
    const part = shown < count ? `; ${whole(shown)} shown` : "";
    said.textContent = `${sample(model)}${drawn}${part}. Line: prediction (${model.get("scale") as string}). Blue lowers, orange raises; fullest from ${number(limits[output])} on. Drag over rows to zoom.`;
  }

  return () => stage.stop();
};
