// A cohort that is typed as a condition of SQL: what it means is told before it is made.
import { useEffect, useState } from "preact/hooks";
import type { Kernel } from "../live/kernel";
import { whole } from "../words";
import { useCalm, useLatest } from "./hooks";
import type { Making } from "./types";

interface Tried {
  words: string;
  rows: number;
}

export function Typer({ kernel, make }: { kernel: Kernel; make: (given: Making) => Promise<string> }) {
  const [typed, setTyped] = useState("");
  const [name, setName] = useState("");
  const [tried, setTried] = useState<Tried | null>(null);
  const [failed, setFailed] = useState("");
  const [calm] = useCalm(250);
  const latest = useLatest();
  useEffect(() => {
    if (!typed.trim()) return setTried(null), setFailed("");
    calm(() => latest(() => kernel.ask("try", { typed }).then(
      (found) => (setTried(found as unknown as Tried), setFailed("")),
      (error: Error) => (setTried(null), setFailed(error.message)),
    )));
  }, [typed]);
  return (
    <form class="sd-maker sd-typer" onSubmit={(event) => (event.preventDefault(), void make({ typed, name }).then(setFailed))}>
      <label class="syn-control"><span>condition</span><input spellcheck={false} autocomplete="off" value={typed} placeholder="age > 60 AND job IN ('clerk')" onInput={(event) => setTyped(event.currentTarget.value)} /></label>
      <div class="syn-controls">
        <label class="syn-control"><span>name</span><input value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
        <button type="submit" class="syn-button" disabled={!typed.trim()}>make cohort</button>
      </div>
      <p role="status" class="syn-note">{failed || (tried ? `${tried.words}: ${whole(tried.rows)} rows` : "Comparisons, IN, BETWEEN and IS NULL, joined by AND, OR and NOT. Names with spaces stand between backquotes.")}</p>
    </form>
  );
}
