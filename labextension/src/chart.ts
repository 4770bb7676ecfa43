// A drawing in three layers: axes as SVG, pixels on a canvas, labels and marks as SVG.
import { block, fill, h, s, stroke, text, upwards, type Writing } from "./dom";
import type { Palette } from "./theme";
import { number, ticks, type Scale } from "./words";

export interface Chart {
  node: HTMLElement;
  back: SVGSVGElement;
  canvas: CanvasRenderingContext2D;
  svg: SVGSVGElement;
}

// The chart is put on the page at once, so that words are measured in its font.
export function chart(into: HTMLElement, width: number, height: number, label: string): Chart {
  const sharp = Math.min(window.devicePixelRatio || 1, 3);
  const canvas = h("canvas", { "aria-hidden": "true", width: Math.round(width * sharp), height: Math.round(height * sharp) });
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  pen.scale(sharp, sharp);
  const box = { class: "syn-svg", width, height, viewBox: `0 0 ${width} ${height}` };
  const back = s("svg", { ...box, "aria-hidden": "true" });
  const svg = s("svg", { ...box, role: "group", "aria-label": label });
  const node = h("div", { class: "syn-chart" }, back, canvas, svg);
  node.style.height = `${height}px`;
  node.style.width = `${width}px`;
  into.append(node);
  return { node, back, canvas: pen, svg };
}

// Puts pixels into a box of the canvas, one to one or stretched without smoothing.
export function paint(pen: CanvasRenderingContext2D, pixels: ImageData, x: number, y: number, width: number, height: number): void {
  const own = document.createElement("canvas");
  own.width = pixels.width;
  own.height = pixels.height;
  own.getContext("2d")?.putImageData(pixels, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(own, x, y, width, height);
}

// The pixel of -1 to 1: blue below 0, orange above, fuller the farther from it.
export function diverging(colours: Palette, part: number): number[] {
  return [...(part < 0 ? colours.low : colours.high), 20 + 235 * Math.min(Math.abs(part), 1)];
}

export function bottomAxis(svg: SVGSVGElement, x: Scale, y: number, title: string, top?: number): void {
  for (const value of ticks(x.low, x.high, Math.max(2, Math.floor((x.end - x.start) / 75)))) {
    if (top !== undefined) svg.append(stroke(x(value), top, x(value), y, "grid"));
    svg.append(text(x(value), y + 11, number(value), { anchor: "middle", kind: "dim", size: 11 }));
  }
  svg.append(text((x.start + x.end) / 2, y + 28, title, { anchor: "middle", kind: "dim", room: x.end - x.start + 60 }));
}

export function leftAxis(svg: SVGSVGElement, y: Scale, x: number, title: string, right: number): void {
  for (const value of ticks(y.low, y.high, Math.max(2, Math.floor((y.start - y.end) / 50)))) {
    svg.append(stroke(x, y(value), right, y(value), "grid"));
    svg.append(text(x - 6, y(value), number(value), { anchor: "end", kind: "dim", size: 11 }));
  }
  svg.append(upwards(x - 48, (y.start + y.end) / 2, title, { anchor: "middle", kind: "dim" }));
}

// A line that moves to a place of the drawing, and hides without one.
export function cursor(svg: SVGSVGElement, y1: number, y2: number): (place?: number) => void {
  const line = s("line", { y1, y2, class: "syn-cursor", visibility: "hidden" });
  svg.append(line);
  return (place) => void fill(line, { x1: place, x2: place, visibility: place === undefined ? "hidden" : "visible" });
}

// A row of a drawing, to be filled: it is hit over the whole width and has its words at the left.
export function band(y: number, width: number, height: number, words: string, options: Writing, mark?: string): SVGGElement {
  return s("g", { "data-mark": mark }, block(1, y - height / 2, width - 3, height, "hit", 4), text(6, y, words, { size: 12.5, ...options }));
}

export function path(points: [number, number][], kind: string): SVGPathElement {
  let pen = "M";
  let steps = "";
  for (const [x, y] of points) {
    if (Number.isFinite(x) && Number.isFinite(y)) {
      steps += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = "L";
    } else pen = "M";
  }
  return s("path", { d: steps, class: "syn-" + kind });
}
