// Rows by a key among all rows: one filter by Spark, which is told and can be cancelled.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Kernel } from "../live/kernel";
import { whole } from "../words";
import type { FoundRow, Opened } from "./types";

interface Found {
  number: number;
  where: string;
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

export function Search({ kernel, opened, open }: { kernel: Kernel; opened: Opened; open(row: FoundRow): void }) {
  const [column, setColumn] = useState(opened.keys[0]);
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState("");
  const [failed, setFailed] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const [id] = useState(() => `sd${Math.random().toString(36).slice(2)}`); // two dashboards share a page
  const asked = useRef(0);
  const where = useRef("");
  useEffect(() => {
    const mine = (call: (told: Told) => void) => (told: unknown) => (told as Told).number === asked.current && call(told as Told);
    const ends = [
      kernel.hear("finding", mine(({ done, total }) => total && setBusy(`Spark has done ${whole(done ?? 0)} of ${whole(total)} tasks.`))),
      kernel.hear("found", mine((told) => {
        asked.current = 0;
        setBusy("");
        setFailed(told.error ?? "");
        setFound(told.error === undefined ? { ...(told as unknown as Found), where: where.current } : null);
      })),
    ];
    return () => ends.forEach((end) => end());
  }, []);
  const stopped = (error: Error) => (setBusy(""), setFailed(error.message));
  const find = () => {
    asked.current = Math.random(); // several views hear what is told
    where.current = `${column} is ${value}`;
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
      {found && found.rows.length > 0 && <Table found={found} open={opened.whatIf ? null : open} />}
    </section>
  );
}

function said(found: Found): string {
  const count = found.rows.length;
  if (!count) return "No row has it.";
  return found.more ? `More than ${count} rows have it; these are ${count} of them.` : `${count} row${count === 1 ? " has" : "s have"} it.`;
}

// Each row may be opened in What if, where the model can be asked about it.
function Table({ found, open }: { found: Found; open: ((row: FoundRow) => void) | null }) {
  const scored = found.scores.length > 0;
  const words = (row: number) => `the row where ${found.where}${found.rows.length > 1 ? ` (${row + 1} of those found)` : ""}`;
  const press = (row: number) => open?.({ number: found.number, row, words: words(row) });
  return (
    <div class="sd-rows sd-found" tabIndex={0} role="region" aria-label="Rows that were found"><table class="syn-table">
      <thead><tr>{open && scored && <th scope="col">open</th>}{scored && <th scope="col">score</th>}{found.names.map((name, i) => <th scope="col" key={i}>{name}</th>)}</tr></thead>
      <tbody>{found.rows.map((cells, i) => <tr key={i}>{open && scored && <td><button type="button" class="sd-link" aria-label={`What if ${words(i)} were different?`} onClick={() => press(i)}>what if?</button></td>}{scored && <td class="syn-number">{found.scores[i]}</td>}{cells.map((cell, k) => <td key={k} title={cell}>{cell}</td>)}</tr>)}</tbody>
    </table></div>
  );
}
