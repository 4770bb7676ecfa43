// Two models on the same texts: their scores and measures, and each text twice with its words marked.
import { useEffect, useState } from "preact/hooks";
import { Density, Measures, type Found as Both } from "../dashboard/compare";
import { useAnswer, useCalm } from "../dashboard/hooks";
import { Answered, Pick, Title } from "../dashboard/parts";
import type { Tab } from "../dashboard/types";
import { number, whole } from "../words";
import { Pager, PickClass, Told, Written } from "./parts";
import type { Line } from "./types";

interface Pair {
  place: number;
  first: Line;
  second: Line;
  apart: number[]; // tokens that add something else for the other model
  agreement: number | null;
}

interface Page {
  rows: Pair[];
  start: number;
  page: number;
  total: number;
}

const SORTS: [string, string][] = [["words", "words agree least"], ["scores", "scores differ most"], ["row", "as drawn"]];

export function Sides(tab: Tab) {
  const { kernel, cohort } = tab;
  const [output, setOutput] = useState(0);
  const [by, setBy] = useState(SORTS[0][1]);
  const [search, setSearch] = useState("");
  const [start, setStart] = useState(0);
  const [calm] = useCalm(200);
  const sort = SORTS.find(([, words]) => words === by)?.[0] ?? "words";
  const both = useAnswer<Both>(kernel, "compare", { cohort });
  const from = useAnswer<Page>(kernel, "sides", { cohort, output, sort, start, search });
  useEffect(() => setStart(0), [cohort, by, search]);
  return (
    <>
      <Answered from={both}>{(found) => <Scored found={found} tab={tab} />}</Answered>
      <Title note="Framed: words whose strength differs by two or more of four steps, each model measured by its own strongest words. Agreement: the cosine of what the words add; 1 where they count alike.">Words of both</Title>
      <div class="syn-controls">
        <PickClass tab={tab} output={output} set={setOutput} />
        <Pick label="sorted by" options={SORTS.map(([, words]) => words)} value={by} set={setBy} />
        <label class="syn-control"><span>find</span><input type="search" onInput={(event) => { const typed = event.currentTarget.value; calm(() => setSearch(typed)); }} /></label>
      </div>
      <Answered from={from}>{(page) => (
        <>
          <Pager start={page.start} shown={page.rows.length} total={page.total} size={page.page} go={setStart} noun="texts" />
          <ul class="sb-texts" aria-label="Texts for both models">{page.rows.map((pair) => (
            <li key={pair.place}>
              <p class="sb-head"><b>Text {pair.place}</b> <span class="syn-dim">{pair.agreement === null ? "no word counts for one of the models" : `agreement ${number(pair.agreement)}`}</span></p>
              <div class="sb-sides"><Side name="first" of={pair.first} apart={pair.apart} /><Side name="second" of={pair.second} apart={pair.apart} /></div>
            </li>
          ))}</ul>
        </>
      )}</Answered>
    </>
  );
}

function Scored({ found, tab }: { found: Both; tab: Tab }) {
  const apart = found.disagree;
  const differ = () => tab.brush([{ column: "(models)", operation: "in", values: ["differ"] }], "predicted otherwise");
  return (
    <>
      <Title note={apart === null ? undefined : `${whole(apart)} texts are predicted otherwise.`}>Both scores</Title>
      <div class="sb-both">
        <Density found={found} />
        <div>
          {Object.keys(found.metrics[0]).length > 0 && <Measures metrics={found.metrics} />}
          {apart !== null && <p><button type="button" class="syn-button" disabled={!apart} onClick={differ}>only those predicted otherwise</button></p>}
        </div>
      </div>
    </>
  );
}

function Side({ name, of, apart }: { name: string; of: Line; apart: number[] }) {
  return (
    <div role="group" aria-label={`${name} model`}>
      <p class="sb-head"><span class="syn-dim">{name} model</span> <Told of={of} /></p>
      <Written runs={of.runs} more={of.more} apart={apart} />
    </div>
  );
}
