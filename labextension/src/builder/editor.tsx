// The text that everything else here is read from: typed here, or in a cell and shown here.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Beside } from "./beside";
import { Copy } from "./parts";
import type { All } from "./state";

const PAUSE = 300;

export interface Text {
  all: All;
  notice: string;
  running: boolean;
  beside: Beside | null;
  edit(text: string): Promise<unknown>;
  undo(): void;
  run(): void;
  stop(): void;
}

export function Editor(given: Text) {
  const { all, beside } = given;
  const [typed, write] = useState(all.text);
  const waiting = useRef(0);
  useEffect(() => {
    if (!waiting.current) write(all.text);
  }, [all.text]);
  const type = (next: string) => {
    write(next);
    clearTimeout(waiting.current);
    waiting.current = window.setTimeout(() => {
      waiting.current = 0;
      void given.edit(next);
    }, PAUSE);
  };
  const kept = beside?.text ?? null;
  const text = kept ?? typed;
  return (
    <div class="syn-b-editor">
      <Bar {...given} undoable={kept === null ? all.undoable : !!beside?.undoable} undo={kept === null ? given.undo : () => beside?.undo()}>
        {/* One button for both, so that it keeps the focus when the cell comes. */}
        {beside ? <button type="button" class="syn-button" data-alone onClick={() => (kept !== null ? beside.show() : beside.adoptable ? beside.adopt() : beside.insert(text))}>{kept !== null ? "Go to the cell" : beside.adoptable ? "Use the cell below" : "Insert as a cell"}</button> : null}
        {/* What was built by clicks is not lost to the cell that is there. */}
        {kept === null && beside?.adoptable && all.undoable ? <button type="button" class="syn-button" data-alone onClick={() => beside.insert(text)}>Insert as a cell</button> : null}
        {kept === null ? <Copy text={text} /> : null}
      </Bar>
      <div class="syn-b-code">
        <Numbers wrong={untouched(all) ? 0 : all.problem?.line ?? 0} count={text.split("\n").length} />
        {kept === null ? (
          <textarea data-alone spellcheck={false} wrap="off" aria-label="The text of the cell" aria-invalid={!!all.problem && !untouched(all)} rows={Math.min(Math.max(text.split("\n").length + 1, 8), 26)} value={text} onInput={(event) => type(event.currentTarget.value)} />
        ) : (
          <pre class="syn-b-text" tabIndex={0} role="region" aria-label="The text of the cell below">{text}</pre>
        )}
      </div>
      <Problem all={all} />
      <p class="syn-note syn-b-notice" role="status">{given.notice}</p>
      <p class="syn-note">{kept !== null ? "The cell below is all that the form knows: a click changes it, an edit there changes the form."
        : `This text is all that the form knows: a click changes it, an edit here changes the form. ${beside ? "As a cell, it stays in the notebook." : "It runs in any cell of the notebook."}`}</p>
    </div>
  );
}

function Bar(given: Text & { undoable: boolean; children: ComponentChildren }) {
  const { problem } = given.all;
  return (
    <div class="syn-b-bar">
      {given.running ? (
        <button type="button" class="syn-button syn-b-stop" onClick={given.stop}>{"\u25A0"} Stop</button>
      ) : (
        <button type="button" class="syn-button syn-b-run" disabled={!!problem} onClick={given.run}>{"\u25B6"} Run this cell</button>
      )}
      <button type="button" class="syn-button" data-alone={given.beside?.text != null || undefined} disabled={!given.undoable} onClick={given.undo}>Undo</button>
      {given.children}
      <span class="syn-b-grow" />
      {untouched(given.all) ? null : <span class={"syn-badge " + (problem ? "syn-poor" : "syn-good")}>{problem ? "not right yet" : "runs as it stands"}</span>}
    </div>
  );
}

function Numbers({ wrong, count }: { wrong: number; count: number }) {
  return <pre class="syn-b-gutter" aria-hidden="true">{Array.from({ length: count }, (_, i) => <span class={i + 1 === wrong ? "syn-b-wrong" : ""}>{i + 1}{"\n"}</span>)}</pre>;
}

// A builder in which nobody has done anything yet: what is missing is no mistake.
function untouched({ undoable, form }: All): boolean {
  return !undoable && !form.target && !form.steps.length;
}

function Problem({ all }: { all: All }) {
  const { problem, form, frame } = all;
  if (problem && untouched(all)) return <p class="syn-note" role="status">Choose the column to predict, and a first cell can be written for it.</p>;
  const other = form.frame && form.frame !== frame ? `The cell reads ${form.frame}; this form shows the columns of ${frame}.` : "";
  return <p class="syn-b-problem" role="status">{problem ? (problem.line ? `Line ${problem.line}: ` : "") + problem.sentence : other}</p>;
}
