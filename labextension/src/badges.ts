// Short words on how a result was made and how far it can be trusted.
import { h } from "./dom";

export type Fact = [words: string, good: boolean | null];

export function badge([words, good]: Fact): HTMLElement {
  return h("span", { class: "syn-badge" + (good === null ? "" : good ? " syn-good" : " syn-poor") }, words);
}

export function badges(facts: Fact[]): HTMLElement {
  return h("p", { class: "syn-head" }, ...facts.map(badge));
}
