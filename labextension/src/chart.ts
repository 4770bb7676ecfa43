// A drawing in three layers: axes as SVG, pixels on a canvas, labels and marks as SVG.
import { h, s, text } from "./dom";
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

export function bottomAxis(svg: SVGSVGElement, x: Scale, from: number, to: number, y: number, title: string, top?: number): void {
  for (const value of ticks(x.low, x.high, Math.max(2, Math.floor((to - from) / 75)))) {
    if (top !== undefined) svg.append(s("line", { x1: x(value), x2: x(value), y1: top, y2: y, class: "syn-grid" }));
    svg.append(text(x(value), y + 11, number(value), { anchor: "middle", kind: "dim", size: 11 }));
  }
  svg.append(text((from + to) / 2, y + 28, title, { anchor: "middle", kind: "dim", room: to - from + 60, node: svg }));
}

export function leftAxis(svg: SVGSVGElement, y: Scale, top: number, bottom: number, x: number, title: string, right: number): void {
  for (const value of ticks(y.low, y.high, Math.max(2, Math.floor((bottom - top) / 50)))) {
    svg.append(s("line", { x1: x, x2: right, y1: y(value), y2: y(value), class: "syn-grid" }));
    svg.append(text(x - 6, y(value), number(value), { anchor: "end", kind: "dim", size: 11 }));
  }
  const words = text(0, 0, title, { anchor: "middle", kind: "dim" });
  words.setAttribute("transform", `translate(${x - 48} ${(top + bottom) / 2}) rotate(-90)`);
  svg.append(words);
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
