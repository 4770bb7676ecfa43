// The columns of the frame: as many as there are, of which those in sight are drawn.
import { useState } from "preact/hooks";
import { Bars } from "./parts";
import { roleOf, type Column, type Given } from "./state";

const HIGH = 38;
const SEEN = 9;

const RECIPE: Record<string, string> = {
  numeric: "number; gaps take the mean",
  boolean: "0 or 1",
  category: "a slot for each level",
  text: "words, hashed and weighed",
  date: "year, month, day, weekday",
  vector: "as it is",
};

// What becomes of a column in a role of its own.
const ROLES: Record<string, string> = {
  key: "carried along, no feature",
  time: "the last rows are tested on",
  group: "equal values stay together",
  weight: "how much a row counts",
  target: "what is predicted",
};
const TIMES = ["date", "numeric"];

export function Columns({ all, click }: Given) {
  const [sought, seek] = useState("");
  const [top, scroll] = useState(0);
  const [mine, only] = useState(false);
  const chosen = new Set(all.form.columns);
  const fixed = new Set(all.form.steps.flatMap((step) => step.fixed));
  const words = sought.toLowerCase();
  const found = all.columns
    .map((column, place) => ({ column, place }))
    .filter(({ column }) => (!mine || chosen.has(column.name)) && (!words || column.name.toLowerCase().includes(words)));
  const first = Math.max(0, Math.min(Math.floor(top / HIGH) - 2, found.length - SEEN));
  const shown = found.slice(first, first + SEEN + 5);
  const usable = found.filter(({ column }) => ["", "feature"].includes(roleOf(column.name, all.form, chosen)) && RECIPE[column.kind || "numeric"]).map(({ column }) => column.name);
  const width = all.bars.shape[1] ?? 30;
  const warned = new Map(all.guardrails.map((one) => [one.column, one.sentence]));
  return (
    <div>
      <div class="syn-controls">
        <input class="syn-b-wide" type="search" aria-label="Find a column" placeholder={`Find among ${all.columns.length.toLocaleString()} columns`} value={sought} onInput={(event) => seek(event.currentTarget.value)} />
        <label class="syn-control"><input type="checkbox" checked={mine} onChange={(event) => only(event.currentTarget.checked)} /> features only</label>
        <button type="button" class="syn-button" onClick={() => click({ op: "features", columns: usable, on: true })}>{words ? "Take these" : "Take all"}</button>
        <button type="button" class="syn-button" onClick={() => click({ op: "features", columns: usable.filter((name) => chosen.has(name) && !fixed.has(name)), on: false })}>{words ? "Leave these out" : "Leave all out"}</button>
      </div>
      <div class="syn-b-list" style={{ height: `${Math.min(found.length, SEEN) * HIGH + 2}px` }} tabIndex={0} role="group" aria-label="Columns" onScroll={(event) => scroll(event.currentTarget.scrollTop)}>
        <div style={{ height: `${found.length * HIGH}px`, position: "relative" }}>
          {shown.map(({ column, place }, i) => (
            <Row key={column.name} column={column} at={(first + i) * HIGH} rows={all.rows} role={roleOf(column.name, all.form, chosen)} stuck={fixed.has(column.name)} warned={warned.get(column.name)}
              heights={all.bars.data.slice(place * width, (place + 1) * width)} click={click} />
          ))}
        </div>
      </div>
      {found.length ? null : <p class="syn-note">No column is called so.</p>}
    </div>
  );
}

function Row(given: { column: Column; at: number; rows: number | null; role: string; stuck: boolean; warned?: string; heights: Uint8Array; click: Given["click"] }) {
  const { column, role, click } = given;
  const set = (next: string) => click({ op: "role", column: column.name, role: next });
  const known = column.kind !== "";
  const missing = column.missing && given.rows ? column.missing / given.rows : 0;
  return (
    <div class={"syn-b-row" + (role ? " syn-b-on" : "")} style={{ top: `${given.at}px`, height: `${HIGH}px` }}>
      <select aria-label={`Role of ${column.name}`} value={role} disabled={given.stuck} title={given.stuck ? "It stands in a variable of the notebook" : ""} onChange={(event) => set(event.currentTarget.value)}>
        <option value="">left out</option>
        <option value="feature">feature</option>
        <option value="target">target</option>
        <option value="key">key</option>
        <option value="time" disabled={known && !TIMES.includes(column.kind) && role !== "time"}>time</option>
        <option value="group">group</option>
        <option value="weight" disabled={column.kind !== "numeric" && role !== "weight"}>weight of rows</option>
      </select>
      <span class="syn-b-col" title={column.name}>
        <b>{column.name}</b>
        <small>{ROLES[role] || (role === "feature" && RECIPE[column.kind]) || column.kind || column.type}</small>
      </span>
      <Bars heights={given.heights} />
      <span class="syn-b-facts" title={column.facts}>
        <span>{given.warned ? <b class="syn-warn" title={given.warned}>! </b> : null}{column.distinct === null || column.distinct === undefined ? "" : `${column.distinct.toLocaleString()} distinct`}{missing ? `, ${(100 * missing).toFixed(missing < 0.1 ? 1 : 0)} % missing` : ""}</span>
        <small>{column.facts}</small>
      </span>
    </div>
  );
}
