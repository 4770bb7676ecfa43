// Interaction: which contributions depend on another feature's value, and the map of one such pair.
import { chart, diverging, paint } from "./chart";
import { block, fill, h, note, s, text, upwards, widest } from "./dom";
import type { Render, Tensor } from "./model";
import { follow, hover, Stage, walk, type Mark } from "./stage";
import { palette } from "./theme";
import { number, rows, sample, signed } from "./words";

interface PairMap {
  of: string;
  by: string;
  ofGroups: string[];
  byGroups: string[];
  counts: Tensor; // (of groups, by groups)
  means: Tensor; // (outputs, of groups, by groups)
}

export const interaction: Render = ({ model, el }) => {
  const names = model.get("names") as string[];
  const outputs = model.get("outputs") as string[];
  const strength = model.get("strength") as Tensor; // (outputs, names, names)
  const maps = model.get("maps") as PairMap[];
  const method = model.get("method") as string;
  let output = 0;
  let top = Math.min(14, names.length);
  let order = "importance";
  let pair: [string, string] = [maps[0].of, maps[0].by];
  const left = h("div", { class: "syn-half" });
  const right = h("div", { class: "syn-half" });
  const stage = new Stage(left, matrix);
  const beside = new Stage(right, map);
  const said = note();
  el.append(h("div", { class: "syn-halves" }, left, right), said);
  const both = () => (stage.now(), beside.now());
  stage.pick("class", outputs, 0, (value) => ((output = value), beside.now()));
  if (names.length > 3) stage.pick("sort by", ["importance", "strength", "name"].map((one) => [one, one]), order, (value) => (order = value));
  if (names.length > 14) stage.pick("show", [14, 30, names.length].map((n) => [n, String(n)]), top, (value) => (top = value));

  const at = (i: number, j: number) => strength.data[(output * names.length + i) * names.length + j];
  const reach = (i: number) => Math.max(...names.map((_, j) => Math.max(at(i, j), at(j, i))));

  function chosen(): number[] {
    const all = names.map((_, i) => i);
    if (order === "name") all.sort((a, b) => names[a].localeCompare(names[b]));
    if (order === "strength") all.sort((a, b) => reach(b) - reach(a));
    return all.slice(0, top);
  }

  function matrix(width: number): void {
    const shown = chosen();
    const most = widest(shown.map((i) => names[i]), 12, 40);
    const start = Math.min(most + 14, width * 0.34);
    const cell = Math.min((width - start - 6) / shown.length, 40);
    const high = Math.min(most, 110) + 12;
    const label = `Interaction matrix of ${shown.length} features. Arrow keys walk the features, left and right the ones they depend on.`;
    const { back, canvas, svg } = chart(stage.body, width, high + cell * shown.length + 8, label);
    back.append(block(start, high, cell * shown.length, cell * shown.length, "rail"));
    const full = Math.max(...names.map((_, i) => reach(i))) || 1;
    const colours = palette(stage.root);
    const ring = s("rect", { class: "syn-ring", width: cell, height: cell, rx: 2 });
    const marks = shown.map((i, row): Mark => {
      const y = high + cell * row;
      const size = Math.min(12, Math.max(cell, 8));
      svg.append(text(start - 6, y + cell / 2, names[i], { anchor: "end", size, room: start - 10 }));
      svg.append(upwards(start + cell * (row + 0.5), high - 6, names[i], { size, room: high - 10 }));
      const node = s("g", { "data-mark": names[i] }, block(start - 1, y, cell * shown.length + 2, cell, "hit"));
      shown.forEach((j, column) => {
        const x = start + cell * column;
        if (i !== j && at(i, j)) paintCell(canvas, [...colours.high, Math.round(255 * (0.05 + 0.9 * Math.min(at(i, j) / full, 1)))], x + 0.5, y + 0.5, cell - 1, cell - 1);
        if (names[i] === pair[0] && names[j] === pair[1]) fill(ring, { x, y });
        if (i !== j && cell >= 26 && at(i, j) >= full / 10) svg.append(text(x + cell / 2, y + cell / 2, number(at(i, j)), { anchor: "middle", size: 9.5 }));
      });
      svg.append(node);
      let column = -1;
      const across = (step: number) => {
        if (shown[column + step] === undefined) return null;
        column += step;
        return lines(i, shown[column]);
      };
      const under = (px: number) => shown[Math.floor((px - start) / cell)];
      follow(stage, node, (px) => (under(px) === undefined ? null : lines(i, under(px))));
      node.addEventListener("click", (event) => open(i, under(event.clientX - svg.getBoundingClientRect().left)));
      node.addEventListener("keydown", (event) => {
        if (event.key === "Enter") open(i, shown[column]);
      });
      return { node, lines: [names[i], `depends by up to ${number(Math.max(...names.map((_, j) => at(i, j))))}`], across };
    });
    if (ring.hasAttribute("x")) svg.append(ring);
    walk(stage, marks);
    said.textContent = `${sample(model)}, ${shown.length} of ${model.get("features") as number} features. A square: how much of the contribution of the row's feature the column's value tells, beyond its own (root mean square, ${model.get("scale") as string}). Press a square for its map.`;
  }

  function lines(i: number, j: number): string[] {
    if (i === j) return [names[i]];
    return [`${names[i]} by ${names[j]}`, `depends by ${number(at(i, j))}`, "press for their map"];
  }

  function open(i: number, j: number | undefined): void {
    if (j === undefined || i === j) return;
    pair = [names[i], names[j]];
    model.set("pair", pair);
    both();
  }

  function map(width: number): void {
    const [of, by] = pair;
    beside.body.append(h("p", { class: "syn-head" }, h("b", {}, `${method} value of ${of} at each value of it and of ${by}`)));
    const found = maps.find((one) => one.of === of && one.by === by);
    if (!found) {
      beside.body.append(note("This output holds the maps of the strongest pairs. In Python, dependence(name, color=other) draws any."));
      return;
    }
    const [across, up] = found.counts.shape;
    const start = Math.min(widest(found.byGroups, 11, 40) + 14, width * 0.36);
    const [wide, tall, high] = [(width - start - 10) / across, 26, 24];
    const bottom = high + tall * up;
    const { canvas, svg } = chart(beside.body, width, bottom + 44, `Map of ${of} and ${by}. Arrow keys walk its cells.`);
    svg.append(text(6, 8, by, { size: 12, room: width - 20 }));
    const value = (i: number, j: number) => found.means.data[(output * across + i) * up + j];
    const limit = Math.max(...Array.from({ length: across * up }, (_, k) => Math.abs(value(Math.floor(k / up), k % up)) || 0)) || 1;
    const colours = palette(beside.root);
    const marks: Mark[] = [];
    for (let j = up - 1; j >= 0; j--) {
      const y = bottom - tall * (j + 1);
      svg.append(text(start - 6, y + tall / 2, found.byGroups[j], { anchor: "end", kind: "dim", size: 11, room: start - 10 }));
      for (let i = 0; i < across; i++) {
        const count = found.counts.data[i * up + j];
        if (!count) continue;
        paintCell(canvas, diverging(colours, value(i, j) / limit), start + wide * i, y, wide, tall);
        const node = s("g", {}, block(start + wide * i, y, wide, tall, "hit"));
        svg.append(node);
        marks.push(hover(beside, { node, lines: [`${of} ${found.ofGroups[i]}, ${by} ${found.byGroups[j]}`, `mean ${method} ${signed(value(i, j))}`, rows(count)] }));
      }
    }
    const step = Math.max(1, Math.ceil(70 / wide));
    for (let i = 0; i < across; i += step) svg.append(text(start + wide * (i + 0.5), bottom + 11, found.ofGroups[i], { anchor: "middle", kind: "dim", size: 10.5, room: wide * step - 4 }));
    svg.append(text(start + (width - start) / 2, bottom + 30, of, { anchor: "middle", size: 12, room: width - start }));
    beside.body.append(note(`Mean over the rows of a cell. Blue lowers, orange raises; fullest at ${number(limit)}.`));
    walk(beside, marks);
  }

  return () => (stage.stop(), beside.stop());
};

function paintCell(pen: CanvasRenderingContext2D, colour: number[], x: number, y: number, width: number, height: number): void {
  const pixel = new ImageData(1, 1);
  pixel.data.set(colour);
  paint(pen, pixel, x, y, width, height);
}
