// The runtime in every output: finds the output it came with and puts the live view in place of
// the static one. Whatever fails, the static view stays.
import { dependence } from "./dependence";
import { evaluation } from "./evaluation";
import { explanation } from "./explanation";
import { h, title } from "./dom";
import { heatmap } from "./heatmap";
import { image } from "./image";
import { importance } from "./importance";
import { interaction } from "./interaction";
import { lines } from "./lines";
import { ownKeys } from "./live/keys";
import { StaticModel, type Render } from "./model";
import { pdp } from "./pdp";
import { residuals } from "./residuals";
import { row } from "./row";
import { summary } from "./summary";
import { text } from "./text";
import { unpack } from "./unpack";

export { number, share, signed, ticks } from "./words";

export const views: Record<string, Render> = {
  dependence, evaluation, explanation, heatmap, image, importance, interaction, lines, pdp, residuals,
  row, summary, text,
};

const taken = new WeakSet<Element>();

// Mounts the output a script came with; hosts that hide the script from itself are searched.
export function mount(root: HTMLElement | null, mark: string): void {
  const found = root ? [root] : Array.from(document.querySelectorAll<HTMLElement>(`[data-syn="${mark}"]`));
  for (const one of found) {
    if (taken.has(one)) continue;
    taken.add(one);
    void bring(one);
  }
}

async function bring(root: HTMLElement): Promise<void> {
  const el = h("div", { class: "syn-live" });
  ownKeys(el);
  try {
    const data = root.querySelector(":scope > script.syn-data");
    const payload = await unpack(data?.textContent ?? "");
    const still = Array.from(root.querySelectorAll<HTMLElement>(".syn-static"));
    const swap = still.flatMap((node) => Array.from(node.querySelectorAll<HTMLElement>(".syn-swap")));
    const gone = swap.length ? swap : still;
    gone[0].before(el);
    if (payload.title) el.append(title(payload.title as string));
    views[payload.kind as string]({ model: new StaticModel(payload), el });
    for (const node of gone) node.style.display = "none";
    root.querySelectorAll<HTMLDetailsElement>(".syn-numbers").forEach((node) => (node.open = false));
    root.dataset.synLive = "yes";
  } catch (error) {
    el.remove();
    console.error("synapse-magic: the static view stays, since the live one failed:", error);
  }
}
