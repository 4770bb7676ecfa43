// A whole explanation: the summary with the dependence of the chosen feature, and the rows.
import { dependence } from "./dependence";
import { clear, h } from "./dom";
import { StaticModel, type Model, type Payload, type Render } from "./model";
import { row } from "./row";
import { summary } from "./summary";

export const explanation: Render = ({ model, el }) => {
  const stops: (() => void)[] = [];
  const facts = model.get("facts") as [string, boolean | null][];
  const badges = h("p", { class: "syn-head" });
  for (const [words, good] of facts) {
    badges.append(h("span", { class: "syn-badge" + (good === null ? "" : good ? " syn-good" : " syn-poor") }, words));
  }
  el.append(badges);
  const whole = model.get("summary") as Payload | null;
  if (whole) stops.push(...overview(el, whole, model.get("dependence") as Payload[]));
  const rows = h("section", { class: "syn-section" });
  el.append(rows);
  stops.push(row({ model: new StaticModel(model.get("row") as Payload), el: rows }));
  return () => stops.forEach((stop) => stop());
};

function overview(el: HTMLElement, whole: Payload, known: Payload[]): (() => void)[] {
  const left = h("section", { class: "syn-half" }, h("p", { class: "syn-title" }, h("b", {}, "Summary")));
  const place = h("div", {});
  left.append(place);
  const right = h("section", { class: "syn-half", "aria-live": "polite" });
  el.append(h("div", { class: "syn-halves" }, left, right));
  const model: Model = new StaticModel({ ...whole, clickable: known.length > 0 });
  let stop = () => {};
  const show = (name: string) => {
    stop();
    clear(right);
    const found = known.find((one) => one.name === name);
    right.append(h("p", { class: "syn-title" }, h("b", {}, `Dependence: ${name}`)));
    if (!found) {
      right.append(h("p", { class: "syn-note" }, "This output holds the dependence of the strongest features. In Python, dependence(name) draws any of them."));
      stop = () => {};
      return;
    }
    const into = h("div", {});
    right.append(into);
    stop = dependence({ model: new StaticModel({ ...found, output: model.get("output") }), el: into });
  };
  model.on("change:feature", () => show(model.get("feature") as string));
  model.on("change:output", () => show((model.get("feature") ?? known[0]?.name) as string));
  const end = summary({ model, el: place });
  if (known.length) show(known[0].name as string);
  return [end, () => stop()];
}
