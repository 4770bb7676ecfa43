// One row as a form: its score as it is changed, and what it would take to change the prediction.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Payload } from "../model";
import { number, signed, whole } from "../words";
import { NumberField, TextField } from "./fields";
import { useCalm, useLatest } from "./hooks";
import { TakeAway, Title } from "./parts";
import type { Opened, Tab } from "./types";

type Value = number | string | null;
type Values = Record<string, Value>;

interface Field {
  name: string;
  levels?: string[];
  more?: number;
  low?: number;
  high?: number;
  whole?: boolean;
}

interface Scored {
  scores: number[];
  outputs: string[];
  milliseconds: number;
  outside: string[];
}

interface Form extends Scored {
  fields: Field[];
  values: Values;
}

interface Nearest {
  place: number;
  values: Values;
}

interface Curve {
  at: number[];
  score: (number | null)[]; // null where the model gives none
}

interface Sought {
  changes: string[] | null;
  values: Values;
  columns: number;
  sought: number;
  refused: string[]; // what the model said of values that it raises for
}

const DRAWN = 12; // curves asked for at once, those of the fields on top
const UNDONE = 50;

export function WhatIf({ kernel, opened, place: at, ask: setAt, found: searched }: Tab) {
  const [form, setForm] = useState<Form | null>(null);
  const [values, setValues] = useState<Values>({});
  const [scored, setScored] = useState<Scored | null>(null);
  const [curves, setCurves] = useState<Record<string, Curve>>({});
  const [locked, setLocked] = useState<string[]>([]);
  const [history, setHistory] = useState<Values[]>([]);
  const [said, setSaid] = useState("");
  const [sought, setSought] = useState("");
  const [saved, setSaved] = useState("");
  const [calm, forget] = useCalm(40);
  const latest = useLatest();
  const row = useRef(0); // changes with the row: answers about another one are dropped
  const edit = useRef(0); // changes with every value: what was sought for others is dropped
  const ask = <T,>(question: string, given: Payload) => kernel.ask(question, given) as unknown as Promise<T>;
  const within = <T,>(turn: { current: number }, question: string, given: Payload, take: (answer: T) => void, fail = () => {}) => {
    const own = turn.current;
    return ask<T>(question, given).then((answer) => void (own === turn.current && take(answer)), (error: Error) => void (own === turn.current && (setSaid(error.message), fail())));
  };
  const draw = (now: Values, fields: Field[]) => {
    const names = fields.filter((field) => !field.levels).slice(0, DRAWN).map((field) => field.name);
    return within<Record<string, Curve>>(row, "curves", { values: now, names }, setCurves);
  };

  const show = (now: Values) => {
    edit.current++;
    setValues(now);
    setSaid("");
    setSaved("");
    const own = row.current;
    calm(() => latest(async () => {
      if (own === row.current) await Promise.all([within<Scored>(row, "score", { values: now }, setScored), draw(now, form?.fields ?? [])]);
    }));
  };
  useEffect(() => {
    if (opened.whatIf) return;
    row.current++;
    edit.current++;
    forget();
    setSaid("");
    void within<Form>(row, "form", searched ? { found: searched } : { place: at }, (found) => {
      setForm(found);
      setValues(found.values);
      setScored(found);
      setHistory([]);
      setSought("");
      setSaved("");
      const own = row.current;
      latest(async () => {
        if (own === row.current) await draw(found.values, found.fields);
      });
    }, () => setForm(null)); // the form of the row before would stand under the name of this one
  }, [at, searched]);
  if (opened.whatIf) return <p class="syn-note">{opened.whatIf}</p>;
  const head = (
    <div class="syn-controls">
      {searched && <span>{searched.words}</span>}
      <label class="syn-control"><span>{searched ? "or row" : "row"}</span><NumberField done min={0} max={opened.rows - 1} step={1} value={searched ? null : at} set={(typed) => setAt(Math.min(Math.max(Math.round(typed ?? at), 0), opened.rows - 1))} /></label>
    </div>
  );
  if (!form || !scored) return <div class="sd-whatif"><section class="sd-score">{head}<p class="syn-note" role="status">{said || "…"}</p></section></div>;

  const take = (now: Values) => {
    setHistory((before) => [...before, values].slice(-UNDONE));
    show(now);
  };
  const undo = () => {
    show(history[history.length - 1]);
    setHistory((before) => before.slice(0, -1));
  };
  // Of a number it is enough that it is larger than now; a probability has a half to pass.
  const goal = opened.task === "regression" ? { bound: null } : { bound: 0.5, above: scored.scores[0] < 0.5 };
  const seek = () =>
    within<Sought>(edit, "changes", { values, locked, ...goal }, (found) => {
      if (found.changes) take(found.values);
      const few = found.sought < found.columns ? ` Of ${whole(found.columns)} columns the ${found.sought} strongest were tried.` : "";
      const refused = found.refused.length ? ` The model gives no score for some values: ${found.refused[0]}` : "";
      setSought((found.changes ? `Changed: ${found.changes.join("; ")}.` : "No change of up to four columns was found that is enough. Unlock some.") + few + refused);
    });
  const save = () => within<{ text: string }>(edit, "test", { values }, (found) => setSaved(found.text));
  const nearest = () =>
    within<Nearest>(edit, "nearest", { values: form.values }, (found) => {
      take(found.values);
      setSought(`Row ${found.place} is the nearest of the other class; where it differs is marked.`);
    });
  const drawn = opened.task === "multiclass" ? `the probability of ${scored.outputs[0]}` : "the score";

  return (
    <div class="sd-whatif">
      <section class="sd-score">
        {head}
        <div aria-live="polite"><Scores opened={opened} now={scored} before={form} /></div>
        <p class="syn-note">{scored.milliseconds} ms in the model, without Spark</p>
        <div class="sd-buttons">
          {opened.task !== "multiclass" && <button type="button" class="syn-button" onClick={() => void seek()}>{opened.task === "binary" ? "small change that flips it" : "small change that raises it"}</button>}
          <button type="button" class="syn-button" onClick={() => void nearest()}>nearest row of the other {opened.task === "regression" ? "half" : "class"}</button>
          <button type="button" class="syn-button" disabled={!history.length} onClick={undo}>undo</button>
          <button type="button" class="syn-button" onClick={() => take(form.values)}>reset</button>
          <button type="button" class="syn-button" onClick={() => void save()}>save as test case</button>
        </div>
        {sought && <p role="status">{sought}</p>}
        {said && <p class="syn-warn" role="alert">{said}</p>}
        {saved && <TakeAway what="test case" text={saved} name={searched ? "test-of-found-row.py" : `test-of-row-${at}.py`} />}
        {scored.outside.map((words) => <p class="syn-note" key={words}>! {words}</p>)}
      </section>
      <section>
        <Title note={`Line: ${drawn} over the field's range, all else as it stands. A lock keeps a field out of the search.`}>Values</Title>
        <div class="sd-form">{form.fields.map((field) => (
          <Entry key={field.name} field={field} value={values[field.name]} before={form.values[field.name]} curve={curves[field.name]} set={(value) => take({ ...values, [field.name]: value })}
            locked={locked.includes(field.name)} lock={(on) => setLocked(on ? [...locked, field.name] : locked.filter((one) => one !== field.name))} />
        ))}</div>
      </section>
    </div>
  );
}

function Scores({ opened, now, before }: { opened: Opened; now: Scored; before: Scored }) {
  const many = now.scores.length > 1;
  return (
    <>
      {now.outputs.map((output, i) => (
        <div class="sd-big" key={output}>
          <span class="syn-dim">{opened.task === "regression" ? "prediction" : `probability of ${output}`}</span>
          <b class={many ? "" : "syn-metric"}>{number(now.scores[i])}</b>
          {now.scores[i] !== before.scores[i] && <span> {signed(now.scores[i] - before.scores[i])}</span>}
          {opened.task !== "regression" && <span class="sd-meter"><i style={{ width: `${100 * now.scores[i]}%` }} /></span>}
        </div>
      ))}
    </>
  );
}

function Entry({ field, value, before, curve, set, locked, lock }: { field: Field; value: Value; before: Value; curve?: Curve; set: (value: Value) => void; locked: boolean; lock: (on: boolean) => void }) {
  const changed = value !== before;
  const [id] = useState(() => `sd${Math.random().toString(36).slice(2)}`); // two dashboards share a page
  const line = curve && scoredPart(curve);
  const known = field.levels && value !== null && !field.levels.includes(String(value)) ? [String(value), ...field.levels] : field.levels;
  return (
    <div class={"sd-entry" + (changed ? " sd-changed" : "")}>
      <label><span title={field.name}>{field.name}{changed && <small class="syn-dim"> was {before === null ? "missing" : typeof before === "number" ? number(before) : before}</small>}</span>
        {known && field.more
          ? <TextField list={id} value={value === null ? null : String(value)} placeholder="missing" set={set}>{known.map((level) => <option key={level} value={level} />)}</TextField>
          : known
          ? <select value={value === null ? "\0" : String(value)} onChange={(event) => set(event.currentTarget.value === "\0" ? null : event.currentTarget.value)}>
              {known.map((level) => <option key={level} value={level}>{level}</option>)}
              <option value={"\0"}>missing</option>
            </select>
          : <NumberField step={field.whole ? 1 : "any"} value={value === null ? null : Number(value)} placeholder="missing" title={`${number(field.low)} to ${number(field.high)} among the explained rows`} set={set} />}
        {field.more ? <small class="syn-dim">and {whole(field.more)} more, type one</small> : null}
      </label>
      <button type="button" class="sd-lock" aria-pressed={locked} aria-label={`Lock ${field.name}`} title={locked ? "kept as it is in the search" : "free in the search"} onClick={() => lock(!locked)}>{locked ? "locked" : "free"}</button>
      {line && line.at.length > 1 && <Spark curve={line} at={value === null ? null : Number(value)} name={field.name} />}
    </div>
  );
}

interface Known {
  at: number[];
  score: number[];
}

// The part of a curve where the model gives a score.
function scoredPart(curve: Curve): Known {
  const there = curve.at.map((at, i): [number, number | null] => [at, curve.score[i]]).filter((one): one is [number, number] => one[1] !== null);
  return { at: there.map(([at]) => at), score: there.map(([, score]) => score) };
}

// The score over a field's range as a line, with a mark where the field stands.
function Spark({ curve, at, name }: { curve: Known; at: number | null; name: string }) {
  const [low, high] = [Math.min(...curve.score), Math.max(...curve.score)];
  const [first, last] = [curve.at[0], curve.at[curve.at.length - 1]];
  const x = (value: number) => (100 * (value - first)) / (last - first);
  const y = (value: number) => (high > low ? 22 - (20 * (value - low)) / (high - low) : 12);
  const points = curve.at.map((value, i) => `${x(value).toFixed(1)},${y(curve.score[i]).toFixed(1)}`).join(" ");
  const place = at === null ? null : Math.min(Math.max(x(at), 0), 100);
  return (
    <svg class="sd-spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={`Score over ${name}: ${number(low)} to ${number(high)}`}>
      <title>{`score ${number(low)} to ${number(high)} over ${number(first)} to ${number(last)}`}</title>
      <polyline points={points} />
      {place !== null && <line x1={place} x2={place} y1={0} y2={24} />}
    </svg>
  );
}
