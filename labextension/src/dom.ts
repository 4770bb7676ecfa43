// Elements by name. Words only ever enter the page as text, never as markup.

type Attributes = Record<string, string | number | boolean | null | undefined>;
type Child = Node | string | null | undefined;

const SVG = "http://www.w3.org/2000/svg";

function fill<E extends Element>(node: E, attributes: Attributes, children: Child[]): E {
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

// The width of words in pixels, measured in the font of the page.
export function measure(words: string, size: number, node: Element): number {
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return words.length * size * 0.56;
  pen.font = `${size}px ${getComputedStyle(node).fontFamily || "sans-serif"}`;
  return pen.measureText(words).width;
}

// Words cut in the middle where they are wider than their room.
export function shorten(words: string, room: number, size: number, node: Element): string {
  const flat = words.replace(/\s+/g, " ").trim() || "\u2423";
  if (measure(flat, size, node) <= room) return flat;
  const letters = Array.from(flat);
  let keep = letters.length;
  const cut = () => {
    const head = Math.ceil((keep * 2) / 3);
    return letters.slice(0, head).join("").trimEnd() + "\u2026" + letters.slice(letters.length - (keep - head)).join("");
  };
  while (keep > 2 && measure(cut(), size, node) > room) keep--;
  return cut();
}

export function text(
  x: number,
  y: number,
  words: string,
  options: { anchor?: string; kind?: string; size?: number; room?: number; node?: Element } = {},
): SVGTextElement {
  const size = options.size ?? 12;
  const shown = options.room !== undefined && options.node ? shorten(words, options.room, size, options.node) : words;
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

export function select(
  label: string,
  options: [string, string][],
  chosen: string,
  change: (value: string) => void,
): HTMLLabelElement {
  const control = h("select", {});
  for (const [value, words] of options) {
    control.append(h("option", { value, selected: value === chosen }, words));
  }
  control.addEventListener("change", () => change(control.value));
  return h("label", { class: "syn-control" }, h("span", {}, label), control);
}

export function clear(node: Element): void {
  while (node.firstChild) node.removeChild(node.firstChild);
}
