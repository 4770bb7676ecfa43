// The rows of a cohort as a table of which only what is seen is fetched, and a row in full.
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { row } from "../row";
import { whole } from "../words";
import { Shown, useAnswer, useCalm } from "./hooks";
import { Answered, TakeAway, View } from "./parts";
import { Search } from "./search";
import type { Tab } from "./types";

interface Line {
  place: number;
  score: string;
  label: string;
  wrong: boolean;
  error: string;
  why: string;
  cells: string[];
}

interface Page {
  names: string[];
  rows: Line[];
  start: number;
  total: number;
  judged: boolean;
}

const HIGH = 27;
const SEEN = 14;
const FETCHED = 100;
const PINNED = 4;

export function Rows(tab: Tab) {
  const { kernel, cohort } = tab;
  const [sort, setSort] = useState("(row)");
  const [descending, setDescending] = useState(false);
  const [first, setFirst] = useState(0);
  const [picked, setPicked] = useState<number[]>([]);
  const [calm] = useCalm(60);
  const visible = useContext(Shown);
  const box = useRef<HTMLDivElement>(null);
  const start = Math.max(0, Math.floor((first - FETCHED / 2) / (FETCHED / 2)) * (FETCHED / 2));
  const from = useAnswer<Page>(kernel, "rows", { cohort, sort, descending, start, count: 2 * FETCHED });
  useEffect(() => {
    setFirst(0);
    box.current?.scrollTo(0, 0);
  }, [cohort, sort, descending]);
  useEffect(() => {
    if (visible) box.current?.scrollTo(0, HIGH * first); // a hidden box may forget where it was
  }, [visible]);
  const by = (name: string) => (setDescending(sort === name ? !descending : name !== "(row)"), setSort(name));
  const pick = (place: number) => setPicked([place, ...picked.filter((one) => one !== place)].slice(0, PINNED));
  return (
    <>
      {tab.opened.keys.length > 0 && "hear" in kernel && <Search kernel={kernel} opened={tab.opened} open={tab.askFound} />}
      <Answered from={from}>{(page) => (
        <>
          <p class="syn-note">{whole(page.total)} rows. Press a row to see how its prediction comes about; the last {PINNED} can be compared. Columns are those of the strongest features.</p>
          <div class="sd-rows" ref={box} tabIndex={0} role="region" aria-label="Rows of the cohort" style={{ height: `${HIGH * (Math.min(page.total, SEEN) + 1) + 18}px` }}
            onScroll={(event) => { const top = event.currentTarget.scrollTop; calm(() => setFirst(Math.floor(top / HIGH))); }}>
            <table class="syn-table" aria-rowcount={page.total + 1}>
              <thead><tr aria-rowindex={1}>{heads(page).map(([name, words]) => (
                <th scope="col" key={name} aria-sort={sort === name ? (descending ? "descending" : "ascending") : undefined}>
                  {name === "" ? words : <button type="button" class="sd-link" onClick={() => by(name)}>{words}{sort === name ? (descending ? " ▾" : " ▴") : ""}</button>}
                </th>
              ))}</tr></thead>
              <tbody>
                <tr aria-hidden="true" style={{ height: `${HIGH * page.start}px` }} />
                {page.rows.map((line, i) => <Entry key={line.place} line={line} index={page.start + i + 2} page={page} picked={picked[0] === line.place} pick={pick} />)}
                <tr aria-hidden="true" style={{ height: `${HIGH * Math.max(page.total - page.start - page.rows.length, 0)}px` }} />
              </tbody>
            </table>
          </div>
        </>
      )}</Answered>
      {picked.length > 0 && <Picked tab={tab} places={picked} />}
    </>
  );
}

function heads(page: Page): [string, string][] {
  const judged: [string, string][] = page.judged ? [["", "label"], ["(error)", "error"]] : [];
  return [["(row)", "row"], ["(score)", "score"], ...judged, ["", "strongest reasons"], ...page.names.map((name): [string, string] => [name, name])];
}

function Entry({ line, index, page, picked, pick }: { line: Line; index: number; page: Page; picked: boolean; pick: (place: number) => void }) {
  return (
    <tr class={picked ? "sd-chosen" : ""} aria-rowindex={index} style={{ height: `${HIGH}px` }}>
      <td><button type="button" class="sd-link" aria-pressed={picked} aria-label={`Row ${line.place}`} onClick={() => pick(line.place)}>{whole(line.place)}</button></td>
      <td class="syn-number">{line.score}</td>
      {page.judged && <td>{line.label}</td>}
      {page.judged && <td class={line.wrong ? "syn-warn" : ""}>{line.wrong ? "wrong" : line.error === "0" ? "right" : line.error}</td>}
      <td class="sd-why" title={line.why}>{line.why}</td>
      {line.cells.map((cell, i) => <td key={i} title={cell}>{cell}</td>)}
    </tr>
  );
}

function Picked({ tab, places }: { tab: Tab; places: number[] }) {
  const from = useAnswer(tab.kernel, "row", { places });
  return (
    <section class="syn-section">
      {!tab.opened.whatIf && <button type="button" class="syn-button" onClick={() => tab.ask(places[0])}>what if this row were different?</button>}
      <Answered from={from}>{(found) => <View render={row} payload={found} />}</Answered>
      <Reasons key={places[0]} kernel={tab.kernel} place={places[0]} />
    </section>
  );
}

// Why a row is predicted as it is, to take along.
function Reasons({ kernel, place }: { kernel: Tab["kernel"]; place: number }) {
  const [kind, setKind] = useState("");
  const from = useAnswer<{ text: string; name: string }>(kernel, "export", { place, kind }, kind !== "");
  return (
    <>
      <div class="syn-controls" role="group" aria-label={`Reasons of row ${place}`}>
        <span>reasons of row {whole(place)} as</span>
        {["text", "csv", "json"].map((one) => <button type="button" key={one} class="syn-button" aria-pressed={kind === one} onClick={() => setKind(kind === one ? "" : one)}>{one === "text" ? one : one.toUpperCase()}</button>)}
      </div>
      {kind && <Answered from={from}>{(found) => <TakeAway what="reasons" text={found.text} name={found.name} />}</Answered>}
    </>
  );
}
