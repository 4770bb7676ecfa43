// A whole explanation: the summary with the dependence of the chosen feature; rows and more in tabs.
import { badges, type Fact } from "./badges";
import { dependence } from "./dependence";
import { clear, fill, h, note, title } from "./dom";
import { heatmap } from "./heatmap";
import { interaction } from "./interaction";
import { StaticModel, type Model, type Payload, type Render } from "./model";
import { row } from "./row";
import { summary } from "./summary";

export const explanation: Render = ({ model, el }) => {
  const stops: (() => void)[] = [];
  el.append(badges(model.get("facts") as Fact[]));
  const whole = model.get("summary") as Payload | null;
  if (whole) stops.push(...overview(el, whole, model.get("dependence") as Payload[]));
  const views: [string, Render, Payload][] = [["Rows", row, model.get("row") as Payload]];
  for (const one of model.get("more") as Payload[]) views.push([one.title as string, MORE[one.kind as string], one]);
  stops.push(tabs(el, views));
  return () => stops.forEach((stop) => stop());
};

const MORE: Record<string, Render> = { heatmap, interaction };

// Views behind a row of tabs, each made when it is first looked at.
function tabs(el: HTMLElement, views: [string, Render, Payload][]): () => void {
  const list = h("div", { class: "syn-tabs", role: "tablist", "aria-label": "views" });
  const stops: (() => void)[] = [];
  const panels: HTMLElement[] = [];
  const open = (i: number) => {
    panels.forEach((panel, k) => (panel.hidden = k !== i));
    Array.from(list.children).forEach((tab, k) => {
      fill(tab, { "aria-selected": String(k === i), tabindex: k === i ? 0 : -1 });
    });
    const [, render, payload] = views[i];
    if (!panels[i].firstChild) stops.push(render({ model: new StaticModel(payload), el: panels[i] }));
  };
  views.forEach(([name], i) => {
    const tab = h("button", { type: "button", role: "tab", class: "syn-tab", "aria-label": name }, name);
    tab.addEventListener("click", () => open(i));
    tab.addEventListener("keydown", ({ key }) => {
      const to = (i + ({ ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0) + views.length) % views.length;
      if (to !== i) (open(to), (list.children[to] as HTMLElement).focus());
    });
    list.append(tab);
    panels.push(h("section", { class: "syn-section", role: "tabpanel", "aria-label": name, hidden: true }));
  });
  if (views.length > 1) el.append(list);
  el.append(...panels);
  open(0);
  return () => stops.forEach((stop) => stop());
}

function overview(el: HTMLElement, whole: Payload, known: Payload[]): (() => void)[] {
  const left = h("section", { class: "syn-half" }, title("Summary"));
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
    right.append(title(`Dependence: ${name}`));
    if (!found) {
      right.append(note("This output holds the dependence of the strongest features. In Python, dependence(name) draws any of them."));
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
