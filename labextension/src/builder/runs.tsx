// Training while it goes on, and what came of it: leaderboard, curves, evaluation, comparison.
import { useEffect, useRef, useState } from "preact/hooks";
import { imageboard } from "../boards/imageboard";
import { textboard } from "../boards/textboard";
import { evaluation } from "../evaluation";
import { dashboard } from "../dashboard/app";
import type { Mount } from "../live/host";
import type { Kernel } from "../live/kernel";
import { StaticModel, type Payload } from "../model";
import { Copy, Drawn, Field, Meter } from "./parts";
import type { All, Board, Explained, Given, Run, Trial } from "./state";

export function latest(all: All): Run | undefined {
  return all.runs[all.runs.length - 1];
}

export function Train({ all, click, say, ask }: Given) {
  const run = latest(all);
  const [picked, pick] = useState<number[]>([]);
  const start = () => ask("run").catch((error: Error) => say(error.message));
  if (!run) {
    return (
      <div>
        <button type="button" class="syn-button syn-b-run" disabled={!!all.problem} onClick={() => void start()}>{"\u25B6"} Run this cell</button>
        <p class="syn-note">It runs as a cell of the notebook would; Stop ends it, and what trials have shown by then stays here.</p>
      </div>
    );
  }
  const choose = (number: number) => pick((now) => (now.includes(number) ? now.filter((one) => one !== number) : [...now.slice(-1), number]));
  const pair = run.board?.trials.filter((trial) => picked.includes(trial.number)) ?? [];
  return (
    <div>
      <Progress run={run} />
      {Object.keys(run.curve).length ? <Curves curve={run.curve} /> : null}
      {run.board ? <Leaderboard board={run.board} picked={picked} pick={choose} use={(number) => click({ op: "trial", run: run.number, number })} /> : null}
      {run.board ? (pair.length === 2 ? <Pair a={pair[0]} b={pair[1]} board={run.board} /> : <p class="syn-note">Pick two trials to compare them; nothing is trained again.</p>) : null}
    </div>
  );
}

const STATES = { running: "has begun", done: "is done", stopped: "was stopped", failed: "has failed" };

function Progress({ run }: { run: Run }) {
  const [done, total, words] = run.board ? [run.board.finished, run.board.planned, `${run.board.finished} of ${run.board.planned} trials`]
    : run.iteration ? [run.iteration[0], run.iteration[1], `iteration ${run.iteration[0]} of ${run.iteration[1]}  ${run.iteration[2]}`]
    : run.spark ? [run.spark[0], run.spark[1], `${run.spark[2] || "Spark"}: ${run.spark[0]} of ${run.spark[1]} tasks`] : [0, 0, "starting"];
  const left = run.state === "running" && done && total > done ? `, about ${span((run.seconds / done) * (total - done))} left` : "";
  const said = { running: `${words}, ${span(run.seconds)}${left}`, done: `Done in ${span(run.seconds)}`, stopped: `Stopped after ${span(run.seconds)}, without a model.${run.board ? " Its trials are below: use the params of one, and run the cell." : ""}`, failed: run.error }[run.state];
  return (
    <div>
      {/* Said aloud when it changes, which numbers that count do all the time. */}
      <p class="syn-b-unseen" role="status">Run {run.number} {STATES[run.state]}</p>
      {run.state === "running" ? <Meter part={total ? done / total : 0} words={said} /> : null}
      <p class={run.state === "failed" ? "syn-warn" : ""}>Run {run.number}: {said}</p>
    </div>
  );
}

export function span(seconds: number): string {
  return seconds < 90 ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s` : `${Math.round(seconds / 60)} min`;
}

function Leaderboard({ board, picked, pick, use }: { board: Board; picked: number[]; pick(number: number): void; use(number: number): void }) {
  const [many, more] = useState(false);
  const shown = many ? board.trials : board.trials.slice(0, 10);
  const found = board.trials.map((trial) => trial.metric).filter((metric): metric is number => metric !== null);
  const best = board.larger ? Math.max(...found) : Math.min(...found);
  const worst = board.larger ? Math.min(...found) : Math.max(...found);
  return (
    <div class="syn-scroll" data-alone tabIndex={0} role="region" aria-label="Trials">
      <table class="syn-table">
        <thead><tr><th scope="col">compare</th><th scope="col">trial</th><th scope="col">model</th><th scope="col">{board.metric}</th><th scope="col">params</th><th scope="col">time</th><th scope="col">train one model</th></tr></thead>
        <tbody>
          {shown.map((trial) => (
            <tr key={trial.number}>
              <td><input type="checkbox" aria-label={`Compare trial ${trial.number}`} disabled={trial.metric === null} checked={picked.includes(trial.number)} onChange={() => pick(trial.number)} /></td>
              <td class="syn-number">{trial.number}</td>
              <td>{trial.model}</td>
              <td class="syn-b-metric">{trial.metric === null ? <span class="syn-dim">{trial.state}{trial.iterations ? `, iteration ${trial.iterations}` : ""}</span> : <span><b>{trial.metric.toFixed(4)}</b><i style={{ width: `${best === worst ? 100 : 8 + (92 * (trial.metric - worst)) / (best - worst)}%` }} /></span>}</td>
              <td class="syn-text">{trial.error || Object.entries(trial.params).map(([name, value]) => `${name}=${typeof value === "number" ? Number(value.toPrecision(4)) : String(value)}`).join(", ")}</td>
              <td class="syn-number">{span(trial.seconds)}</td>
              <td>{trial.metric === null ? null : <button type="button" class="syn-button" aria-label={`Use the params of trial ${trial.number}`} onClick={() => use(trial.number)}>Use its params</button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {board.trials.length > 10 ? <button type="button" class="syn-button" onClick={() => more(!many)}>{many ? "Show the best ten" : `Show all ${board.trials.length}`}</button> : null}
    </div>
  );
}

// Two trials side by side: what they tried, and by how much one was better on each part.
function Pair({ a, b, board }: { a: Trial; b: Trial; board: Board }) {
  const names = Array.from(new Set([...Object.keys(a.params), ...Object.keys(b.params)]));
  const value = (one: unknown) => (one === undefined ? "default" : typeof one === "number" ? String(Number(one.toPrecision(4))) : String(one));
  const apart = (a.metric ?? 0) - (b.metric ?? 0);
  const better = apart > 0 === board.larger ? a : b;
  const wins = a.parts.filter((part, i) => part !== null && b.parts[i] !== null && part > (b.parts[i] as number) === board.larger).length;
  return (
    <div class="syn-section">
      <p><b>Trial {better.number} is better by {Math.abs(apart).toFixed(4)} {board.metric}</b>{a.parts.length > 1 ? <span class="syn-dim">; trial {a.number} wins {wins} of {a.parts.length} parts</span> : null}</p>
      <table class="syn-table">
        <thead><tr><th scope="col" /><th scope="col">trial {a.number}</th><th scope="col">trial {b.number}</th></tr></thead>
        <tbody>
          <tr><th scope="row">model</th><td>{a.model}</td><td>{b.model}</td></tr>
          {names.map((name) => <tr key={name} class={value(a.params[name]) === value(b.params[name]) ? "syn-dim" : ""}><th scope="row">{name}</th><td>{value(a.params[name])}</td><td>{value(b.params[name])}</td></tr>)}
          {a.parts.map((part, i) => <tr key={"part" + i}><th scope="row">{board.metric} on part {i + 1}</th><td>{part?.toFixed(4)}</td><td>{b.parts[i]?.toFixed(4)}</td></tr>)}
          <tr><th scope="row">time</th><td>{span(a.seconds)}</td><td>{span(b.seconds)}</td></tr>
        </tbody>
      </table>
    </div>
  );
}

// Where training measures now and then, each point stands at its iteration.
function Curves({ curve }: { curve: Run["curve"] }) {
  return (
    <div class="syn-b-curves">
      {Object.entries(curve).map(([name, points]) => {
        const found = points.filter((one): one is [number, number] => one[1] !== null);
        if (!found.length) return null;
        const values = found.map(([, value]) => value);
        const [low, high, last] = [Math.min(...values), Math.max(...values), found[found.length - 1]];
        const places = found.map(([at, value]) => [(at / last[0]) * 194 + 3, 56 - (50 * (value - low)) / (high - low || 1)]);
        const few = found.length <= FEW;
        return (
          <figure key={name}>
            <svg viewBox="0 0 200 60" role="img" aria-label={`${name}, measured ${found.length} times up to iteration ${last[0]}, from ${values[0]} to ${last[1]}`}>
              <polyline points={places.map((one) => one.join(",")).join(" ")} />
              {few ? places.map(([x, y]) => <circle key={x} cx={x} cy={y} r="2.5" />) : null}
            </svg>
            <figcaption>{name} <b>{last[1].toPrecision(4)}</b>{few ? <span class="syn-dim"> measured at iteration {found.map(([at]) => at).join(", ")}</span> : null}</figcaption>
          </figure>
        );
      })}
    </div>
  );
}

const FEW = 8; // points that are marked

function usable(all: All): Run[] {
  return all.runs.filter((run) => run.ready);
}

function Pick(given: { runs: Run[]; at: number; set(number: number): void }) {
  return (
    <Field name="Run">
      <select value={String(given.at)} onChange={(event) => given.set(Number(event.currentTarget.value))}>
        {given.runs.map((run) => <option key={run.number} value={String(run.number)}>{run.number}: {Object.entries(run.metrics).slice(0, 2).map(([name, value]) => `${name} ${value?.toFixed(4)}`).join(", ") || "not measured"}</option>)}
      </select>
    </Field>
  );
}

export function Evaluate({ all, ask }: Given) {
  const runs = usable(all);
  const last = runs[runs.length - 1];
  const [chosen, choose] = useState(0);
  const [told, tell] = useState<{ html: string; payload: Payload | null; error: string }>({ html: "", payload: null, error: "" });
  const run = runs.find((one) => one.number === chosen) ?? last;
  useEffect(() => {
    if (!run) return;
    ask("report", { run: run.number }).then((one) => tell({ html: one.html as string, payload: one.payload as Payload | null, error: "" }), (error: Error) => tell({ html: "", payload: null, error: error.message }));
  }, [run?.number]);
  if (!run) return <p class="syn-note">Train a model first.</p>;
  const names = Array.from(new Set(runs.flatMap((one) => Object.keys(one.metrics))));
  return (
    <div>
      <div class="syn-controls"><Pick runs={runs} at={run.number} set={choose} />{run.rows ? <span class="syn-dim">{run.rows.toLocaleString()} rows that were held out</span> : null}</div>
      {told.error ? <p class="syn-warn">{told.error}</p> : null}
      {told.payload ? <Live payload={told.payload} /> : null}
      {told.html ? <details open={!told.payload}><summary>All measures</summary><Drawn html={told.html} /></details> : null}
      {runs.length > 1 ? (
        <div class="syn-scroll" tabIndex={0} role="region" aria-label="All runs of this builder"><table class="syn-table">
          <caption>All runs of this builder</caption>
          <thead><tr><th scope="col">run</th>{names.map((name) => <th scope="col" key={name}>{name}</th>)}<th scope="col">time</th></tr></thead>
          <tbody>{runs.map((one) => <tr key={one.number}><td class="syn-number">{one.number}</td>{names.map((name) => <td class="syn-number" key={name}>{one.metrics[name]?.toFixed(4)}</td>)}<td class="syn-number">{span(one.seconds)}</td></tr>)}</tbody>
        </table></div>
      ) : null}
    </div>
  );
}

// A view of the package, mounted on what the kernel sent.
function Live({ payload }: { payload: Payload }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current || payload.kind !== "evaluation") return;
    const stop = evaluation({ model: new StaticModel(payload), el: place.current });
    return () => {
      stop();
      place.current?.replaceChildren();
    };
  }, [payload]);
  return <div ref={place} />;
}

export function Explain({ all, ask, say, busy, explained, kernel }: Given & { explained: Explained | null; kernel: Kernel }) {
  const run = usable(all)[usable(all).length - 1];
  if (!run) return <p class="syn-note">Train a model first.</p>;
  return (
    <div>
      <button type="button" class="syn-button" aria-disabled={!!busy} onClick={() => busy || void ask("explain", { run: run.number }).catch((error: Error) => say(error.message))}>{busy || `Explain run ${run.number}`}</button>
      <p class="syn-note">Contributions to the predictions of 2,000 rows at most. For more: <code>{`%synapse explain ${all.form.output || "model"} -n 20000`}</code></p>
      {explained ? <Dashboard explained={explained} ask={ask} kernel={kernel} /> : null}
    </div>
  );
}

const BOARDS: Record<Explained["board"], Mount> = { dashboard, texts: textboard, images: imageboard };

// The dashboard of a run, in place; what it asks and is told goes through the builder's line.
function Dashboard({ explained, ask, kernel }: { explained: Explained; ask: Given["ask"]; kernel: Kernel }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const through: Pick<Kernel, "ask" | "hear"> = {
      ask: (question, given = {}) => ask("board", { ask: question, given }),
      hear: (name, take) => kernel.hear("board", (all) => all.name === name && take(all.told as Payload)),
    };
    return place.current ? BOARDS[explained.board](place.current, through as Kernel) : undefined;
  }, [explained]);
  return <div ref={place} role="region" aria-label={`Dashboard of run ${explained.run}`} />;
}

export function Ship({ all, ask, say }: Given) {
  const [script, keep] = useState("");
  const name = all.form.output || "model";
  useEffect(() => {
    keep("");
    if (all.problem) return;
    ask("script").then((told) => keep(told.script as string), (error: Error) => say(error.message));
  }, [all.text, all.problem?.sentence]);
  // A run keeps its model where the first line of its own text said so.
  const head = (text: string) => text.trimStart().split("\n")[0];
  const kept = all.form.output && usable(all).some((run) => head(run.text) === head(all.text));
  const lines = [`%synapse save ${name} models/${name}`, `scored = %synapse score ${all.frame} ${name}`, `%synapse evaluate ${name}`, `%synapse explain ${name}`, `%synapse code ${name}`];
  return (
    <div>
      <p class="syn-note">{kept ? `The model is in the variable ${name}.` : all.form.output ? `After a run, the model is in the variable ${name}.` : `No variable keeps the model. Try: -o ${name} at the end of the first line.`} These are cells:</p>
      {lines.map((line) => <p class="syn-b-line" key={line}><code>{line}</code><Copy text={line} /></p>)}
      <p class="syn-b-line"><b>Plain Python</b><span class="syn-dim">exactly what the cell runs</span><Copy text={script} /></p>
      <pre class="syn-b-script" tabIndex={0} role="region" aria-label="The cell as plain Python">{script || (all.problem ? "The cell is not right yet." : "Asking.")}</pre>
    </div>
  );
}
