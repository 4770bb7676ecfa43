// The text of the cell: what everything else here is read from.
import { useEffect, useRef, useState } from "preact/hooks";
import { Copy } from "./parts";
import type { All } from "./state";

const PAUSE = 300;

export function Editor(given: { all: All; running: boolean; edit(text: string): Promise<unknown>; undo(): void; run(): void; stop(): void }) {
  const { all } = given;
  const [text, write] = useState(all.text);
  const waiting = useRef(0);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (!waiting.current) write(all.text);
  }, [all.text]);
  const typed = (next: string) => {
    write(next);
    clearTimeout(waiting.current);
    waiting.current = window.setTimeout(() => {
      waiting.current = 0;
      void given.edit(next);
    }, PAUSE);
  };
  const lines = text.split("\n");
  const wrong = all.problem?.line ?? 0;
  return (
    <div class="syn-b-editor">
      <div class="syn-b-bar">
        {given.running ? (
          <button type="button" class="syn-button syn-b-stop" onClick={given.stop}>{"\u25A0"} Stop</button>
        ) : (
          <button type="button" class="syn-button syn-b-run" disabled={!!all.problem} onClick={given.run}>{"\u25B6"} Run this cell</button>
        )}
        <button type="button" class="syn-button" disabled={!all.undoable} onClick={given.undo}>Undo</button>
        <Copy text={text} />
        <span class="syn-b-grow" />
        <span class={"syn-badge " + (all.problem ? "syn-poor" : "syn-good")}>{all.problem ? "not right yet" : "runs as it stands"}</span>
      </div>
      <div class="syn-b-code">
        <pre class="syn-b-gutter" aria-hidden="true">{lines.map((_, i) => <span class={i + 1 === wrong ? "syn-b-wrong" : ""}>{i + 1}{"\n"}</span>)}</pre>
        <textarea ref={area} spellcheck={false} wrap="off" aria-label="The text of the cell" aria-invalid={!!all.problem} rows={Math.min(Math.max(lines.length + 1, 8), 26)} value={text} onInput={(event) => typed(event.currentTarget.value)} />
      </div>
      <p class="syn-b-problem" role="status">{all.problem ? (wrong ? `Line ${wrong}: ` : "") + all.problem.sentence : ""}</p>
      <p class="syn-note">This text is all that the form knows: a click changes it, an edit here changes the form. It runs in any cell of the notebook.</p>
    </div>
  );
}
