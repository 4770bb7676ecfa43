// Rows by a key among all rows: one filter by Spark, which is told and can be cancelled.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Kernel } from "../live/kernel";
import { whole } from "../words";
import type { Opened } from "./types";

interface Found {
  names: string[];
  rows: string[][];
  scores: string[];
  more: boolean;
}

interface Told extends Partial<Found> {
  number: number;
  error?: string;
  done?: number;
  total?: number;
}

export function Search({ kernel, opened }: { kernel: Kernel; opened: Opened }) {
  const [column, setColumn] = useState(opened.keys[0]);
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState("");
  const [failed, setFailed] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const [id] = useState(() => `sd${Math.random().toString(36).slice(2)}`); // two dashboards share a page
  const asked = useRef(0);
  useEffect(() => {
    const mine = (call: (told: Told) => void) => (told: unknown) => (told as Told).number === asked.current && call(told as Told);
    const ends = [
      kernel.hear("finding", mine(({ done, total }) => total && setBusy(`Spark has done ${whole(done ?? 0)} of ${whole(total)} tasks.`))),
      kernel.hear("found", mine((told) => {
        asked.current = 0;
        setBusy("");
        setFailed(told.error ?? "");
        setFound(told.error === undefined ? (told as unknown as Found) : null);
      })),
    ];
    return () => ends.forEach((end) => end());
  }, []);
  const stopped = (error: Error) => (setBusy(""), setFailed(error.message));
  const find = () => {
    asked.current = Math.random(); // several views hear what is told
    setBusy(`Spark filters all rows by ${column}.`);
    setFailed("");
    setFound(null);
    kernel.ask("find", { column, value, number: asked.current }).catch(stopped);
  };
  return (
    <section aria-label="Find a row">
      <form class="syn-controls" onSubmit={(event) => (event.preventDefault(), busy || find())}>
        <label class="syn-control"><span>find in all rows, where</span><input list={id} value={column} onInput={(event) => setColumn(event.currentTarget.value)} /></label>
        <datalist id={id}>{opened.keys.map((one) => <option key={one} value={one} />)}</datalist>
        <label class="syn-control"><span>is</span><input value={value} onInput={(event) => setValue(event.currentTarget.value)} /></label>
        {busy
          ? <button type="button" class="syn-button" onClick={() => void kernel.ask("stop").catch(stopped)}>cancel</button>
          : <button type="submit" class="syn-button" disabled={!opened.keys.includes(column)}>find</button>}
      </form>
      <p role="status" class="syn-note">{busy || failed || (found ? said(found) : "")}</p>
      {found && found.rows.length > 0 && <Table found={found} />}
    </section>
  );
}

function said(found: Found): string {
  const count = found.rows.length;
  if (!count) return "No row has it.";
  return found.more ? `More than ${count} rows have it; these are ${count} of them.` : `${count} row${count === 1 ? " has" : "s have"} it.`;
}

function Table({ found }: { found: Found }) {
  const scored = found.scores.length > 0;
  return (
    <div class="sd-rows sd-found" tabIndex={0} role="region" aria-label="Rows that were found"><table class="syn-table">
      <thead><tr>{scored && <th scope="col">score</th>}{found.names.map((name, i) => <th scope="col" key={i}>{name}</th>)}</tr></thead>
      <tbody>{found.rows.map((cells, i) => <tr key={i}>{scored && <td class="syn-number">{found.scores[i]}</td>}{cells.map((cell, k) => <td key={k} title={cell}>{cell}</td>)}</tr>)}</tbody>
    </table></div>
  );
}
