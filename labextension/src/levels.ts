// Levels below each other over one axis: each with its name, what is drawn of it and its rows.
import { band, bottomAxis, chart } from "./chart";
import { stroke, text, widest } from "./dom";
import { hover, walk, type Stage } from "./stage";
import { scale, whole, type Scale } from "./words";

const TOP = 26;
const ROW = 28;

export interface Level {
  name: string;
  rows: number;
  lines: string[];
  middle: number;
  draw: (x: Scale, y: number) => SVGElement[];
}

export function drawLevels(stage: Stage, width: number, label: string, title: string, [low, high]: number[], zero: boolean, levels: Level[]): void {
  const bottom = TOP + ROW * levels.length;
  const { svg } = chart(stage.body, width, bottom + 40, `${label}. Arrow keys walk the levels.`);
  const left = Math.min(widest(levels.map((one) => one.name)) + 16, Math.max(96, width * 0.3));
  const flat = low === high ? 1 : 0;
  const x = scale(low - flat, high + flat, left, width - 74);
  bottomAxis(svg, x, bottom, title, TOP - 4);
  if (zero) svg.append(stroke(x(0), TOP - 4, x(0), bottom, "zero"));
  svg.append(text(width - 6, 12, "rows", { anchor: "end", kind: "dim", size: 11 }));
  walk(stage, levels.map(({ name, rows, lines, middle, draw }, i) => {
    const y = TOP + ROW * (i + 0.5);
    const node = band(y, width, ROW - 2, name, { room: left - 14 }, name);
    node.append(...draw(x, y), stroke(x(middle), y - 9, x(middle), y + 9, "middle"), text(width - 6, y, whole(rows), { anchor: "end", kind: "dim", size: 11 }));
    svg.append(node);
    return hover(stage, { node, lines });
  }));
}
