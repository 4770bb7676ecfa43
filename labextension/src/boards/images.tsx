// The images of a cohort, small, page by page, and one image with what its superpixels add.
import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "../dashboard/hooks";
import { Answered, Pick, View } from "../dashboard/parts";
import type { Tab } from "../dashboard/types";
import { image } from "../image";
import { Pager, Told } from "./parts";
import type { Judged } from "./types";

interface Small extends Judged {
  title: string;
  photo: string;
}

interface Page {
  rows: Small[];
  start: number;
  page: number;
  total: number;
}

export function Images(tab: Tab) {
  const { kernel, cohort, opened } = tab;
  const judged = opened.judged;
  const sorts: [string, string][] = [["(row)", "as drawn"], ...(judged ? [["(error)", "most wrong"] as [string, string]] : []), ["(score)", "score"], ...opened.numbers.map((name): [string, string] => [name, name])];
  const [by, setBy] = useState("as drawn");
  const [start, setStart] = useState(0);
  const [picked, setPicked] = useState(-1);
  const sort = sorts.find(([, words]) => words === by)?.[0] ?? "(row)";
  const from = useAnswer<Page>(kernel, "images", { cohort, sort, descending: sort !== "(row)", start });
  useEffect(() => setStart(0), [cohort, by]);
  const wrong = judged && opened.task !== "regression";
  return (
    <>
      <div class="syn-controls">
        <Pick label="sorted by" options={sorts.map(([, words]) => words)} value={by} set={setBy} />
        {wrong && <button type="button" class="syn-button" onClick={() => tab.brush([{ column: "(outcome)", operation: "in", values: ["wrong"] }], "wrong")}>only wrong ones</button>}
      </div>
      {picked >= 0 && <Whole tab={tab} place={picked} close={() => setPicked(-1)} />}
      <Answered from={from}>{(page) => (
        <>
          <Pager start={page.start} shown={page.rows.length} total={page.total} size={page.page} go={setStart} noun="images" />
          <ul class="sb-grid" aria-label="Images of the cohort">{page.rows.map((one) => (
            <li key={one.place} class={(one.wrong ? "sb-wrong" : "") + (one.place === picked ? " sd-chosen" : "")}>
              <button type="button" aria-pressed={one.place === picked} title={one.title} onClick={() => setPicked(one.place)}><img src={one.photo} alt={one.title} /><Told of={one} /></button>
            </li>
          ))}</ul>
        </>
      )}</Answered>
    </>
  );
}

function Whole({ tab, place, close }: { tab: Tab; place: number; close: () => void }) {
  const from = useAnswer(tab.kernel, "image", { place });
  return (
    <section class="sb-whole" aria-label={`Image ${place}`}>
      <div class="sd-buttons">
        {!tab.opened.whatIf && <button type="button" class="syn-button" onClick={() => tab.ask(place)}>switch pieces of it off</button>}
        <button type="button" class="syn-button" onClick={close}>close</button>
      </div>
      <Answered from={from}>{(found) => <View render={image} payload={found} />}</Answered>
    </section>
  );
}
