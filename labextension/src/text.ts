// Text: documents with their words marked by what they add, and the words of all of them.
import { badges, type Fact } from "./badges";
import { h, note, title } from "./dom";
import type { Render, Tensor } from "./model";
import { additive, chooser, column, heading, type Whole } from "./parts";
import { hover, Stage, walk, type Mark } from "./stage";
import { number, signed } from "./words";

interface Text extends Whole {
  text: string;
  spans: Tensor; // (tokens, 2), places in the text
}

type Word = [word: string, mean: number, places: number, texts: number];

const LEVELS = 4;

export const text: Render = ({ model, el }) => {
  const texts = model.get("texts") as Text[];
  const outputs = model.get("outputs") as string[];
  const top = (model.get("top") as Tensor).data;
  const name = model.get("scale") as string;
  let current = 0;
  let output = model.get("first") as number;
  let picked = "";
  el.append(badges(model.get("facts") as Fact[]));
  const stage = new Stage(el, draw);
  stage.pick("class", outputs, output, (value) => (output = value));

  function draw(width: number): void {
    const one = texts[current];
    const wide = width >= 760 && texts.length > 1;
    const page = h("div", { class: "syn-page" });
    const frame = h("div", { class: wide ? "syn-reader" : "" });
    if (texts.length > 1) frame.append(list());
    frame.append(page);
    stage.body.append(frame);
    page.append(heading(one, output, outputs[output]));
    const bar = h("div", {});
    page.append(bar);
    const marks = additive(stage, bar, one, wordsOf(one), output, name, Math.min(wide ? width - 244 : width, 640));
    const body = h("p", { class: "syn-written", dir: "auto" });
    page.append(body);
    marks.push(...write(body, one));
    page.append(note(model.get("note") as string));
    if (texts.length > 1) marks.push(...words());
    walk(stage, marks);
  }

  function list(): HTMLElement {
    const face = (i: number) => [h("b", {}, number(texts[i].prediction.data[output])), h("span", { dir: "auto" }, texts[i].text.slice(0, 90) || "(empty)")];
    const has = (i: number) => picked !== "" && wordsOf(texts[i]).some((word) => word.toLowerCase() === picked);
    return chooser(stage, "syn-list", texts, model.get("total") as number, current, face, has, (i) => (current = i));
  }

  function write(body: HTMLElement, one: Text): Mark[] {
    const values = column(one, output);
    const marks: Mark[] = [];
    let at = 0;
    values.forEach((value, i) => {
      const [start, end] = [one.spans.data[2 * i], one.spans.data[2 * i + 1]];
      const word = one.text.slice(start, end);
      const level = Math.min(LEVELS, Math.floor((LEVELS * Math.abs(value)) / top[output] + 0.5));
      body.append(one.text.slice(at, start));
      const node = h("span", { class: level ? `syn-${value > 0 ? "p" : "n"}${level}` : null }, word);
      if (picked && word.toLowerCase() === picked) node.classList.add("syn-found");
      body.append(node);
      at = end;
      const mark = hover(stage, { node, lines: [word, `${signed(value)} ${name}`] });
      if (level) marks.push(mark);
    });
    body.append(one.text.slice(at));
    return marks;
  }

  // The words that change most over all texts; a press marks one of them everywhere.
  function words(): Mark[] {
    const chosen = (model.get("words") as Word[][])[output];
    const most = Math.max(...chosen.map(([, mean]) => Math.abs(mean))) || 1;
    const box = h("div", { class: "syn-words" });
    stage.body.append(title(`Words for ${outputs[output]}`), box);
    return chosen.map(([key, mean, places, documents]) => {
      const meter = h("i", { class: mean > 0 ? null : "syn-down" });
      meter.style.width = `${(64 * Math.abs(mean)) / most}px`;
      const node = h("button", { class: "syn-item" + (key === picked ? " syn-chosen" : "") }, h("span", { dir: "auto" }, key), meter, h("b", {}, signed(mean)));
      box.append(node);
      const press = () => {
        picked = key === picked ? "" : key;
        stage.now();
      };
      return hover(stage, { node, lines: [key, `mean ${signed(mean)} ${name}`, `${places} places in ${documents} of ${model.get("total")} texts`, "press to mark it"], press });
    });
  }

  return () => stage.stop();
};

function wordsOf(one: Text): string[] {
  return Array.from({ length: one.spans.shape[0] }, (_, i) => one.text.slice(one.spans.data[2 * i], one.spans.data[2 * i + 1]));
}
