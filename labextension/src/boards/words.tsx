// The words of a cohort: what they add, in how many texts they are, and how often these are wrong.
import { useState } from "preact/hooks";
import { useAnswer, useCalm } from "../dashboard/hooks";
import { Answered, Title } from "../dashboard/parts";
import type { Tab } from "../dashboard/types";
import { number, share, signed, whole } from "../words";
import { opened, PickClass } from "./parts";

interface Word {
  word: string;
  column: string;
  size: number;
  mean: number;
  places: number;
  texts: number;
  rate: number | null;
}

interface Found {
  words: Word[];
  total: number;
  usual: number | null;
  texts: number;
}

const SORTS: [string, string, string][] = [
  ["size", "mean contribution", "without its sign, over all texts of the cohort"],
  ["mean", "where it stands", "the mean of what it adds, with its sign"],
  ["texts", "texts", "how many texts of the cohort it is in"],
  ["errors", "error rate", "of these texts; sorted by how many errors there are more than in other texts"],
];

export function Words(tab: Tab) {
  const [output, setOutput] = useState(0);
  const [sort, setSort] = useState("size");
  const [search, setSearch] = useState("");
  const [calm] = useCalm(200);
  const from = useAnswer<Found>(tab.kernel, "words", { cohort: tab.cohort, output, sort, search });
  const judged = tab.opened.judged && tab.opened.task !== "regression";
  const sorts = SORTS.filter(([name]) => judged || name !== "errors");
  return (
    <>
      <Title note="Press a word to make its texts a cohort.">Words for {opened(tab).outputs[output]} in {tab.cohort}</Title>
      <div class="syn-controls">
        <PickClass tab={tab} output={output} set={setOutput} />
        <label class="syn-control"><span>find</span><input type="search" onInput={(event) => { const typed = event.currentTarget.value; calm(() => setSearch(typed)); }} /></label>
      </div>
      <Answered from={from}>{(found) => (
        <>
          <p class="syn-note" role="status">{found.words.length < found.total ? `${found.words.length} of ` : ""}{whole(found.total)} words in {whole(found.texts)} texts{judged && found.usual !== null ? `, of which ${share(found.usual * 1000, 1000)} are wrong` : ""}.</p>
          <div class="sd-rows sb-tall" tabIndex={0} role="region" aria-label="Words of the cohort">
            <table class="syn-table">
              <thead><tr><th scope="col">word</th>{sorts.map(([name, words, meaning]) => (
                <th scope="col" key={name} class={name === "size" ? undefined : "syn-number"} title={meaning} aria-sort={sort === name ? "descending" : undefined}><button type="button" class="sd-link" data-alone onClick={() => setSort(name)}>{words}{sort === name ? " ▾" : ""}</button></th>
              ))}</tr></thead>
              <tbody>{found.words.map((one) => <Line key={one.column} one={one} most={Math.max(...found.words.map((other) => other.size), 1e-12)} judged={judged} press={() => tab.brush([{ column: one.column, operation: "in", values: ["true"] }], one.word)} />)}</tbody>
            </table>
          </div>
        </>
      )}</Answered>
    </>
  );
}

function Line({ one, most, judged, press }: { one: Word; most: number; judged: boolean; press: () => void }) {
  return (
    <tr>
      <th scope="row"><button type="button" class="sd-link" dir="auto" onClick={press}>{one.word}</button></th>
      <td class="sd-bars sb-bar">{one.size > 0 && <i class={one.mean > 0 ? "sb-up" : ""} style={{ width: `${(100 * one.size) / most}%` }} />}<span>{number(one.size)}</span></td>
      <td class="syn-number">{signed(one.mean)}</td>
      <td class="syn-number">{whole(one.texts)}</td>
      {judged && <td class="syn-number">{one.rate === null ? "–" : share(one.rate * 1000, 1000)}</td>}
    </tr>
  );
}
