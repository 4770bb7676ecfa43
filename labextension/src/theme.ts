// The colours of the page's theme, read from the stylesheet, and the moment they change.
import { h } from "./dom";

export type Colour = [number, number, number];

const names = ["low", "middle", "high", "absent", "neutral"] as const;
export type Palette = Record<(typeof names)[number], Colour>;

export function palette(root: Element): Palette {
  const style = getComputedStyle(root);
  const read = (name: string): Colour => {
    const parts = style.getPropertyValue("--syn-c-" + name).split(",").map(Number);
    return [parts[0] || 0, parts[1] || 0, parts[2] || 0];
  };
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Palette;
}

export function ramp(colours: Palette, part: number): Colour {
  const [a, b, at] =
    part < 0.5 ? [colours.low, colours.middle, part * 2] : [colours.middle, colours.high, part * 2 - 1];
  return [0, 1, 2].map((i) => Math.round(a[i] + (b[i] - a[i]) * at)) as Colour;
}

export function rgb(colour: Colour): string {
  return `rgb(${colour.join(",")})`;
}

export function swatch(colour: Colour): HTMLElement {
  const box = h("span", { class: "syn-swatch" });
  box.style.background = rgb(colour);
  return box;
}

// The bar of a key from low to high.
export function rampBar(colours: Palette): HTMLElement {
  const bar = h("span", { class: "syn-ramp" });
  bar.style.background = `linear-gradient(90deg,${[0, 0.25, 0.5, 0.75, 1].map((part) => rgb(ramp(colours, part))).join(",")})`;
  return bar;
}

// Hosts that set a dark background and no known attribute are told by the background itself.
function settle(root: HTMLElement): void {
  const parts = getComputedStyle(root).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
  if (parts.length < 3 || parts[3] === 0) return;
  const dark = 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] < 128;
  root.classList.toggle("syn-dark", dark);
  root.classList.toggle("syn-light", !dark);
}

export function watchTheme(root: HTMLElement, changed: () => void): () => void {
  let before = "";
  const check = () => {
    root.classList.remove("syn-dark", "syn-light");
    settle(root);
    const now = JSON.stringify(palette(root)) + getComputedStyle(root).color;
    if (now !== before) {
      before = now;
      changed();
    }
  };
  const observer = new MutationObserver(check);
  const filter = ["class", "style", "theme", "data-theme", "data-jp-theme-light", "data-jp-theme-name", "data-vscode-theme-kind"];
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true, attributeFilter: filter });
  }
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", check);
  // A theme's stylesheet may arrive after its attribute.
  document.addEventListener("load", check, true);
  check();
  return () => {
    observer.disconnect();
    query.removeEventListener("change", check);
    document.removeEventListener("load", check, true);
  };
}
