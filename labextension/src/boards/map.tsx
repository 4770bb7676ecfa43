// A map of texts by their vectors: a drag makes a cohort, a press or Enter opens a text.
import { useState } from "preact/hooks";
import { useAnswer } from "../dashboard/hooks";
import { Answered, Pick, Title } from "../dashboard/parts";
import type { Tab } from "../dashboard/types";
import type { Tensor } from "../model";
import { number } from "../words";
import { looks, type Look } from "./looks";
import { Points, type Box } from "./points";
import { Whole } from "./texts";

export interface Found {
  across: Tensor;
  up: Tensor;
  places: Tensor; // which text each point is
  inside: Tensor; // whether it is in the cohort
  score: Tensor;
  wrong: Tensor; // 0 right, 1 wrong, 2 not known
  guess: Tensor; // the class that is predicted
  classes: string[];
  note: string;
}

const AROUND = 0.06; // what is around a text: so much of the map to each side

export function TextMap(tab: Tab) {
  const from = useAnswer<Found>(tab.kernel, "plane", { cohort: tab.cohort });
  const [picked, setPicked] = useState(-1);
  const [by, setBy] = useState("");
  return <Answered from={from}>{(found) => {
    const all = looks(found, tab.opened.judged);
    const look = all.find(({ name }) => name === by) ?? all[0];
    return (
      <>
        <Title note={`${found.note} Drag over a part to make it a cohort; press a point to open its text.`}>Map</Title>
        <div class="syn-controls"><Pick label="coloured by" options={all.map(({ name }) => name)} value={look.name} set={setBy} /></div>
        <Marked found={found} look={look} tab={tab} open={setPicked} />
        {picked >= 0 && <Whole tab={tab} place={picked} output={0} close={() => setPicked(-1)} />}
      </>
    );
  }}</Answered>;
}

function Marked({ found, look, tab, open }: { found: Found; look: Look; tab: Tab; open: (place: number) => void }) {
  const [here, setHere] = useState(-1);
  const brush = ([left, right, low, high]: Box) => {
    const at = (column: string, operation: string, value: number) => ({ column, operation, values: [parseFloat(value.toPrecision(6))] });
    tab.brush([at("(map across)", ">=", left), at("(map across)", "<=", right), at("(map up)", ">=", low), at("(map up)", "<=", high)], "part of the map");
  };
  const around = () => {
    const [x, y] = [found.across.data[here], found.up.data[here]];
    const reach = (own: Tensor) => AROUND * (Math.max(...own.data) - Math.min(...own.data)) || 1e-6;
    brush([x - reach(found.across), x + reach(found.across), y - reach(found.up), y + reach(found.up)]);
  };
  return (
    <>
      <p class="syn-key">{look.key.map(({ sign, words, colour }) => <span key={words}><b aria-hidden="true" style={{ color: colour }}>{sign}</b> {words}</span>)}</p>
      <Points found={found} look={look} here={here} go={setHere} open={(at) => open(found.places.data[at])} brush={brush} />
      <div class="syn-controls">
        <span role="status">{here < 0 ? "Arrow keys go from text to text, Enter opens one." : told(found, here)}</span>
        <button type="button" class="syn-button" disabled={here < 0} onClick={around}>make what is around it a cohort</button>
      </div>
    </>
  );
}

function told(found: Found, at: number): string {
  const classed = found.classes.length ? `${found.classes[found.guess.data[at]]}, ` : "";
  const judged = found.classes.length ? ["; right", "; wrong", ""][found.wrong.data[at]] : "";
  return `Text ${found.places.data[at]}: ${classed}score ${number(found.score.data[at])}${judged}`;
}
