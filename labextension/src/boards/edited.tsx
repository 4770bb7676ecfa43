// One text to edit: what the model says of it as it stands, and what its words add.
import { useEffect, useRef, useState } from "preact/hooks";
import { NumberField } from "../dashboard/fields";
import { useCalm, useLatest } from "../dashboard/hooks";
import { Title, ToFirst } from "../dashboard/parts";
import type { Tab } from "../dashboard/types";
import type { Payload } from "../model";
import { PickClass, Scores, Written } from "./parts";
import type { Run, Said } from "./types";

interface Form extends Said {
  place: number;
  text: string;
}

interface Told {
  runs: Run[];
  note: string;
}

// What the kernel said, and the text that it said it of.
type Of<T> = T & { of: string };

const UNDONE = 50;
const PRESSED = 60; // words that can each be pressed; of more a page would become slow

export function Edited({ kernel, opened, place: at, ask: setAt, ...rest }: Tab) {
  const tab = { kernel, opened, place: at, ask: setAt, ...rest };
  const [form, setForm] = useState<Form | null>(null);
  const [written, setWritten] = useState("");
  const [said, setSaid] = useState<Of<Said> | null>(null);
  const [told, setTold] = useState<Of<Told> | null>(null);
  const [failed, setFailed] = useState("");
  const [output, setOutput] = useState(0);
  const [history, setHistory] = useState<string[]>([]);
  const [calm, forget] = useCalm(150);
  const latest = useLatest();
  const turn = useRef(0); // changes with every text: answers about another one are dropped
  const load = useRef(0); // changes with every row that is asked for
  const ask = <T,>(question: string, given: Payload) => kernel.ask(question, given) as unknown as Promise<T>;

  const look = (place: number, text: string, output: number, first?: Said) => {
    const own = ++turn.current;
    const take = <T,>(set: (answer: T) => void) => (answer: T) => void (own === turn.current && set(answer));
    const fail = take((error: Error) => (setFailed(error.message), setTold(null)));
    calm(() => latest(async () => {
      if (own !== turn.current) return;
      try {
        const now = first ?? (await ask<Said>("say", { place, text }));
        take((answer: Said) => (setSaid({ ...answer, of: text }), setFailed("")))(now);
        take((answer: Told) => setTold({ ...answer, of: text }))(await ask<Told>("told", { place, text, output }));
      } catch (error) {
        fail(error as Error);
      }
    }));
  };
  useEffect(() => {
    if (opened.whatIf) return;
    forget();
    ++turn.current;
    const own = ++load.current;
    ask<Form>("form", { place: at }).then(
      (found) => {
        if (own !== load.current) return;
        setForm(found);
        setWritten(found.text);
        setSaid({ ...found, of: found.text });
        setTold(null);
        setFailed("");
        setHistory([]);
        look(found.place, found.text, output, found);
      },
      (error: Error) => own === load.current && setFailed(error.message),
    );
  }, [at]);
  if (opened.whatIf) return <p class="syn-note">{opened.whatIf}</p>;
  if (!form || !said) return <p class="syn-note" role="status">{failed || "…"}</p>;

  const change = (text: string) => {
    setHistory((before) => [...before, written].slice(-UNDONE));
    setWritten(text);
    look(form.place, text, output);
  };
  const back = () => {
    const text = history[history.length - 1];
    setHistory(history.slice(0, -1));
    setWritten(text);
    look(form.place, text, output);
  };
  const without = (token: number) => {
    if (told?.of !== written) return; // the words are still those of another text
    const own = turn.current;
    ask<{ text: string }>("without", { place: form.place, text: written, token }).then(
      ({ text }) => own === turn.current && change(text),
      (error: Error) => own === turn.current && setFailed(error.message),
    );
  };
  const words = told?.runs.filter(([, , , token]) => token >= 0).length ?? 0;
  return (
    <div class="sd-whatif">
      <section class="sd-score">
        <div class="syn-controls">
          <label class="syn-control"><span>text</span><NumberField done min={0} max={opened.rows - 1} step={1} value={at} set={(typed) => setAt(Math.min(Math.max(Math.round(typed ?? at), 0), opened.rows - 1))} /></label>
          <ToFirst opened={opened} at={at} set={setAt} />
        </div>
        <Scores now={said} before={form} classed={opened.task !== "regression"} />
        <p class="syn-note">{said.milliseconds} ms in the model, without Spark</p>
        <div class="sd-buttons">
          <button type="button" class="syn-button" disabled={!history.length} onClick={back}>undo</button>
          <button type="button" class="syn-button" disabled={written === form.text} onClick={() => change(form.text)}>reset</button>
        </div>
        {failed && <p class="syn-warn" role="alert">{failed}</p>}
      </section>
      <section>
        <label class="sb-edit"><span>the text, to edit</span><textarea dir="auto" rows={Math.min(12, Math.max(3, Math.ceil(written.length / 80)))} value={written} onInput={(event) => change(event.currentTarget.value)} /></label>
        <div class="syn-controls"><PickClass tab={tab} output={output} set={(chosen) => (setOutput(chosen), look(form.place, written, chosen, said.of === written ? said : undefined))} /></div>
        {told && (
          <>
            <Title note={`${told.note}${words && words <= PRESSED ? " Press a word to take it out." : ""}`}>What its words add</Title>
            <Written runs={told.runs} press={words <= PRESSED ? without : undefined} />
          </>
        )}
      </section>
    </div>
  );
}
