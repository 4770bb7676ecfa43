// What the points of a map look like: told by their form as well as by their colour.
import { extent, number } from "../words";
import type { Found } from "./map";

export type Form = "circle" | "cross" | "triangle" | "square" | "dot";

export interface Look {
  name: string;
  key: { sign: string; words: string; colour: string }[];
  of(at: number): { form: Form; colour: string };
}

// Middle tones, readable on white and on near-black, as views/palette.py has them.
const SERIES = ["#2e78c8", "#d95f1e", "#2a9d74", "#9467bd", "#b8860b", "#c2528b"];
const OTHERS = "#7a838e";
const FORMS: Form[] = ["circle", "triangle", "square"];
const SIGNS: Record<Form, string> = { circle: "●", cross: "✕", triangle: "▲", square: "■", dot: "·" };
const STEPS = ["#2e78c8", "#6279b8", "#967aa8", "#bc6d64", "#e26020"];

export function looks(found: Found, judged: boolean): Look[] {
  const classed = found.classes.length > 0;
  return [...(judged && classed ? [outcome(found)] : []), ...(classed ? [predicted(found)] : []), scored(found)];
}

function outcome(found: Found): Look {
  const all: [Form, string, string][] = [["circle", SERIES[0], "right"], ["cross", SERIES[1], "wrong"], ["square", OTHERS, "no label"]];
  const there = all.filter((_, i) => found.wrong.data.includes(i as never));
  return {
    name: "right or wrong",
    key: there.map(([form, colour, words]) => ({ sign: SIGNS[form], words, colour })),
    of: (at) => ({ form: all[found.wrong.data[at]][0], colour: all[found.wrong.data[at]][1] }),
  };
}

function predicted(found: Found): Look {
  const of = (own: number) => (own < SERIES.length ? { form: FORMS[own % FORMS.length], colour: SERIES[own] } : { form: "dot" as Form, colour: OTHERS });
  const named = found.classes.slice(0, SERIES.length).map((words, i) => ({ sign: SIGNS[of(i).form], words, colour: of(i).colour }));
  const more = found.classes.length > SERIES.length ? [{ sign: SIGNS.dot, words: "others", colour: OTHERS }] : [];
  return { name: "prediction", key: [...named, ...more], of: (at) => of(found.guess.data[at]) };
}

function scored(found: Found): Look {
  const [low, high] = extent(Array.from(found.score.data));
  const step = (at: number) => Math.min(Math.floor((STEPS.length * (found.score.data[at] - low)) / (high - low)), STEPS.length - 1);
  const edge = (i: number) => number(low + ((high - low) * i) / STEPS.length);
  return {
    name: "score",
    key: STEPS.map((colour, i) => ({ sign: SIGNS.circle, words: `${edge(i)} to ${edge(i + 1)}`, colour })),
    of: (at) => ({ form: "circle", colour: STEPS[step(at)] }),
  };
}
