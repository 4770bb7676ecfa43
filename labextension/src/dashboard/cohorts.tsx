// The cohort bar above all tabs: choose, make and remove cohorts, and take them along as SQL.
import { useEffect, useRef, useState } from "preact/hooks";
import { whole } from "../words";
import { useAnswer } from "./hooks";
import { precise, TakeAway } from "./parts";
import { Typer } from "./typer";
import type { Cohort, Condition, Making, Opened } from "./types";
import type { Kernel } from "../live/kernel";

interface Bar {
  kernel: Kernel;
  opened: Opened;
  choose(name: string): void;
  remove(name: string): void;
  make(given: Making): Promise<string>;
  back(step: "undo" | "redo"): void;
  against: string;
  setAgainst(name: string): void;
}

export function Cohorts({ kernel, opened, choose, remove, make, back, against, setAgainst }: Bar) {
  const [making, setMaking] = useState<"" | "pick" | "type">("");
  const cohort = opened.cohorts.find((one) => one.name === opened.chosen) as Cohort;
  const names = opened.cohorts.map((one) => one.name);
  const bar = useRef<HTMLElement>(null);
  const count = useRef(names.length);
  useEffect(() => {
    // What was pressed is gone when a cohort is made or removed, and the focus with it.
    const stays = document.activeElement?.matches(".sd-undo:enabled");
    if (count.current !== names.length && !stays) bar.current?.querySelector<HTMLElement>("[aria-checked=true]")?.focus({ preventScroll: true });
    count.current = names.length;
  }, [names.length]);
  const done = async (given: Making) => {
    const failed = await make(given);
    if (!failed) setMaking("");
    return failed;
  };
  return (
    <section ref={bar} class="sd-bar" aria-label="Cohorts">
      <div class="sd-chips" role="radiogroup" aria-label="Cohort looked at" onKeyDown={(event) => walk(event, names, choose)}>
        {opened.cohorts.map((one) => <Chip key={one.name} one={one} all={opened.cohorts[0]} chosen={one.name === opened.chosen} choose={choose} remove={remove} />)}
        <button type="button" class="syn-button" aria-expanded={making === "pick"} onClick={() => setMaking(making === "pick" ? "" : "pick")}>+ cohort</button>
        <button type="button" class="syn-button" aria-expanded={making === "type"} onClick={() => setMaking(making === "type" ? "" : "type")}>type SQL</button>
        <button type="button" class="syn-button sd-undo" disabled={!opened.undoable} onClick={() => back("undo")}>undo</button>
        <button type="button" class="syn-button sd-undo" disabled={!opened.redoable} onClick={() => back("redo")}>redo</button>
      </div>
      {making === "pick" && <Maker kernel={kernel} opened={opened} make={done} />}
      {making === "type" && <Typer kernel={kernel} make={done} />}
      <div class="syn-controls sd-slim">
        <span class="syn-dim">{cohort.words}</span>
        {names.length > 1 && (
          <label class="syn-control"><span>against</span>
            <select value={against} onChange={(event) => setAgainst(event.currentTarget.value)}>{names.map((name) => <option key={name} value={name}>{name}</option>)}</select>
          </label>
        )}
        <Take cohort={cohort} />
      </div>
    </section>
  );
}

function Chip({ one, all, chosen, choose, remove }: { one: Cohort; all: Cohort; chosen: boolean; choose: (name: string) => void; remove: (name: string) => void }) {
  const [name, value] = Object.entries(one.metrics)[0] ?? ["", null];
  const base = all.metrics[name];
  const change = value !== null && base !== null && base !== undefined && one !== all ? ` (${value >= base ? "+" : "\u2212"}${precise(Math.abs(value - base))})` : "";
  return (
    <span class={"sd-chip" + (chosen ? " sd-chosen" : "")}>
      <button type="button" role="radio" aria-checked={chosen} tabIndex={chosen ? 0 : -1} title={one.words} data-cohort={one.name} onClick={() => choose(one.name)}>
        <b>{one.name}</b> {whole(one.rows)} rows, {one.share}
        {name && <span class="syn-dim"> {name.replace("_", " ")} {precise(value)}{change}</span>}
      </button>
      {one !== all && <button type="button" class="sd-away" aria-label={`Remove ${one.name}`} onClick={() => remove(one.name)}>×</button>}
    </span>
  );
}

function walk(event: KeyboardEvent, names: string[], choose: (name: string) => void): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const at = (event.target as HTMLElement).dataset.cohort; // ahead of what the kernel has answered
  if (!step || at === undefined) return;
  event.preventDefault();
  const to = names[(names.indexOf(at) + step + names.length) % names.length];
  choose(to);
  const group = event.currentTarget as HTMLElement;
  group.querySelector<HTMLElement>(`[data-cohort="${CSS.escape(to)}"]`)?.focus();
}

function Take({ cohort }: { cohort: Cohort }) {
  return (
    <details class="sd-take">
      <summary>take it along</summary>
      {cohort.refused ? <p class="syn-note">{cohort.refused}</p> : (
        <>
          <TakeAway what="SQL" text={cohort.where} />
          <TakeAway what="code" text={cohort.code} />
          <p class="syn-note">In a cell: the dashboard's cohort.df() is the Spark frame of all matching rows, not of the explained ones alone.</p>
        </>
      )}
    </details>
  );
}

const NUMBERS = [["<=", "≤"], [">=", "≥"], ["<", "<"], [">", ">"], ["missing", "is missing"], ["known", "is known"]];
const LEVELS = [["in", "is"], ["not in", "is not"], ["missing", "is missing"], ["known", "is known"]];

function Maker({ kernel, opened, make }: { kernel: Kernel; opened: Opened; make: Bar["make"] }) {
  const [conditions, setConditions] = useState<Condition[]>([]);
  const [joined, setJoined] = useState("and");
  const [name, setName] = useState("");
  const [column, setColumn] = useState(opened.columns[0] ?? "");
  const [operation, setOperation] = useState("");
  const [value, setValue] = useState("");
  const [failed, setFailed] = useState("");
  const [id] = useState(() => `sd${Math.random().toString(36).slice(2)}`); // two dashboards share a page
  const isNumber = opened.numbers.includes(column);
  const { answer } = useAnswer<{ levels?: string[]; low?: number; high?: number }>(kernel, "column", { column }, opened.columns.includes(column));
  const known = isNumber ? NUMBERS : LEVELS;
  const chosen = known.some(([one]) => one === operation) ? operation : known[0][0];
  const bare = chosen === "missing" || chosen === "known";
  const typed = (): Condition => ({ column, operation: chosen, values: bare ? [] : [isNumber ? Number(value) : value] });
  const ready = opened.columns.includes(column) && (bare || value !== "");
  const done = async () => {
    const all = ready ? [...conditions, typed()] : conditions;
    setFailed(all.length ? await make({ conditions: all, joined, name }) : "A cohort needs a condition.");
  };
  return (
    <form class="sd-maker" onSubmit={(event) => (event.preventDefault(), void done())}>
      {conditions.map((one, i) => <p key={i} class="sd-slim">{one.column} {one.operation} {one.values.join(", ")} <button type="button" class="sd-away" aria-label="Remove this condition" onClick={() => setConditions(conditions.filter((_, k) => k !== i))}>×</button></p>)}
      <div class="syn-controls">
        <label class="syn-control"><span>column</span><input list={`${id}c`} value={column} onInput={(event) => setColumn(event.currentTarget.value)} /></label>
        <datalist id={`${id}c`}>{opened.columns.map((one) => <option key={one} value={one} />)}</datalist>
        <label class="syn-control"><span class="syn-aloud">comparison</span><select value={chosen} onChange={(event) => setOperation(event.currentTarget.value)}>{known.map(([one, words]) => <option key={one} value={one}>{words}</option>)}</select></label>
        {!bare && <label class="syn-control"><span>value</span>{isNumber
          ? <input type="number" step="any" value={value} placeholder={answer?.low === undefined ? "" : `${answer.low} to ${answer.high}`} onInput={(event) => setValue(event.currentTarget.value)} />
          : <input list={`${id}l`} value={value} onInput={(event) => setValue(event.currentTarget.value)} />}</label>}
        <datalist id={`${id}l`}>{(answer?.levels ?? []).map((one) => <option key={one} value={one} />)}</datalist>
        <button type="button" class="syn-button" disabled={!ready} onClick={() => (setConditions([...conditions, typed()]), setValue(""))}>another condition</button>
      </div>
      <div class="syn-controls">
        {conditions.length > 0 && <label class="syn-control"><span>rows that meet</span><select value={joined} onChange={(event) => setJoined(event.currentTarget.value)}><option value="and">all of them</option><option value="or">any of them</option></select></label>}
        <label class="syn-control"><span>name</span><input value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
        <button type="submit" class="syn-button">make cohort</button>
        <span role="alert">{failed}</span>
      </div>
    </form>
  );
}
