// Elements by name. Words only ever enter the page as text, never as markup.

type Attributes = Record<string, string | number | boolean | null | undefined>;
type Child = Node | string | null | undefined;

const SVG = "http://www.w3.org/2000/svg";

export function fill<E extends Element>(node: E, attributes: Attributes, children: Child[] = []): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
    }
  }
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

let pen: CanvasRenderingContext2D | null = null;
let family = "sans-serif";

// Words are measured in the font of the stage that is being drawn.
export function writeLike(node: Element): void {
  family = getComputedStyle(node).fontFamily || "sans-serif";
}

// The width of words in pixels.
export function measure(words: string, size: number): number {
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return words.length * size * 0.56;
  pen.font = `${size}px ${family}`;
  return pen.measureText(words).width;
}

export function widest(words: string[], size = 12.5, least = 60): number {
  return Math.max(least, ...words.map((one) => measure(one, size)));
}

// Words cut in the middle where they are wider than their room.
export function shorten(words: string, room: number, size: number): string {
  const flat = words.replace(/\s+/g, " ").trim() || "\u2423";
  if (measure(flat, size) <= room) return flat;
  const letters = Array.from(flat);
  let keep = letters.length;
  const cut = () => {
    const head = Math.ceil((keep * 2) / 3);
    return letters.slice(0, head).join("").trimEnd() + "\u2026" + letters.slice(letters.length - (keep - head)).join("");
  };
  while (keep > 2 && measure(cut(), size) > room) keep--;
  return cut();
}

export interface Writing {
  anchor?: string;
  kind?: string;
  size?: number;
  room?: number;
}

export function text(
  x: number,
  y: number,
  words: string,
  options: Writing = {},
): SVGTextElement {
  const size = options.size ?? 12;
  const shown = options.room === undefined ? words : shorten(words, options.room, size);
  const node = s("text", {
    x,
    y,
    dy: ".35em",
    "text-anchor": options.anchor ?? "start",
    "font-size": size,
    class: options.kind ? "syn-" + options.kind : null,
  });
  node.append(shown);
  if (shown !== words) node.append(s("title", {}, words));
  return node;
}

// Words that run upwards, centred on a point unless told otherwise.
export function upwards(x: number, y: number, words: string, options: Writing): SVGTextElement {
  return fill(text(0, 0, words, options), { transform: `translate(${x} ${y}) rotate(-90)` });
}

export function stroke(x1: number, y1: number, x2: number, y2: number, kind: string): SVGLineElement {
  return s("line", { x1, y1, x2, y2, class: "syn-" + kind });
}

export function block(x: number, y: number, width: number, height: number, kind: string, rx?: number): SVGRectElement {
  return s("rect", { x, y, width, height, rx, class: "syn-" + kind });
}

export function disc(cx: number, cy: number, r: number, kind: string): SVGCircleElement {
  return s("circle", { cx, cy, r, class: "syn-" + kind });
}

export function note(words = ""): HTMLElement {
  return h("p", { class: "syn-note" }, words);
}

export function title(words = ""): HTMLElement {
  return h("p", { class: "syn-title" }, h("b", {}, words));
}

export function clear(node: Element): void {
  while (node.firstChild) node.removeChild(node.firstChild);
}
