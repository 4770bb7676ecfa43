// The texts of a cohort with their words marked, page by page, and one text in full.
import { useEffect, useState } from "preact/hooks";
import { useAnswer, useCalm } from "../dashboard/hooks";
import { Answered, Pick, View } from "../dashboard/parts";
import type { Tab } from "../dashboard/types";
import { text } from "../text";
import { whole } from "../words";
import { Pager, PickClass, Told, Written } from "./parts";
import type { Line } from "./types";

interface Page {
  rows: Line[];
  start: number;
  total: number;
  judged: boolean;
}

export const SORTS: [string, string][] = [["(row)", "as drawn"], ["(error)", "most wrong"], ["(score)", "score"]];
const SIZE = 50;

export function Texts(tab: Tab) {
  const { kernel, cohort } = tab;
  const sorts: [string, string][] = [...SORTS.filter(([name]) => tab.opened.judged || name !== "(error)"), ["(length)", "length"]];
  const [output, setOutput] = useState(0);
  const [by, setBy] = useState(sorts[0][1]);
  const [search, setSearch] = useState("");
  const [start, setStart] = useState(0);
  const [picked, setPicked] = useState(-1);
  const [calm] = useCalm(200);
  const sort = sorts.find(([, words]) => words === by)?.[0] ?? "(row)";
  const from = useAnswer<Page>(kernel, "texts", { cohort, output, sort, descending: sort !== "(row)", start, search });
  useEffect(() => setStart(0), [cohort, by, search]);
  const wrong = tab.opened.judged && tab.opened.task !== "regression";
  return (
    <>
      <div class="syn-controls">
        <PickClass tab={tab} output={output} set={setOutput} />
        <Pick label="sorted by" options={sorts.map(([, words]) => words)} value={by} set={setBy} />
        <label class="syn-control"><span>find</span><input type="search" onInput={(event) => { const typed = event.currentTarget.value; calm(() => setSearch(typed)); }} /></label>
        {wrong && <button type="button" class="syn-button" onClick={() => tab.brush([{ column: "(outcome)", operation: "in", values: ["wrong"] }], "wrong")}>only wrong ones</button>}
      </div>
      {picked >= 0 && <Whole tab={tab} place={picked} output={output} close={() => setPicked(-1)} />}
      <Answered from={from}>{(page) => (
        <>
          <Pager start={page.start} shown={page.rows.length} total={page.total} size={SIZE} go={setStart} noun="texts" />
          <ul class="sb-texts" aria-label="Texts of the cohort">{page.rows.map((line) => (
            <li key={line.place} class={line.place === picked ? "sd-chosen" : ""}>
              <p class="sb-head"><button type="button" class="sd-link" aria-pressed={line.place === picked} onClick={() => setPicked(line.place)}>Text {line.place}</button> <Told of={line} /> <span class="syn-dim">{whole(line.words)} words</span></p>
              <Written runs={line.runs} more={line.more} />
            </li>
          ))}</ul>
        </>
      )}</Answered>
    </>
  );
}

// One text in full, with what each of its words adds.
export function Whole({ tab, place, output, close }: { tab: Tab; place: number; output: number; close: () => void }) {
  const from = useAnswer(tab.kernel, "text", { place, output });
  return (
    <section class="sb-whole" aria-label={`Text ${place}`}>
      <div class="sd-buttons">
        {!tab.opened.whatIf && <button type="button" class="syn-button" onClick={() => tab.ask(place)}>what if this text were different?</button>}
        <button type="button" class="syn-button" onClick={close}>close</button>
      </div>
      <Answered from={from}>{(found) => <View render={text} payload={found} />}</Answered>
    </section>
  );
}
