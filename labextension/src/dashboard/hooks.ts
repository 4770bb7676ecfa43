// Questions to the kernel as state of a component.
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Gone, type Kernel } from "../live/kernel";
import type { Payload } from "../model";

export interface Answer<T> {
  answer: T | null;
  error: string;
  busy: boolean;
}

// Whether a tab is looked at: those that are not keep their state and ask nothing.
export const Shown = createContext(true);

// What the chosen cohort is, and the one against it: others may go by the same names after an undo.
export const Meant = createContext({ cohort: "", against: "" });

// Asks again where the question changes; an answer that comes too late is dropped.
export function useAnswer<T = Payload>(kernel: Kernel, ask: string, given: Payload, when = true): Answer<T> {
  const [state, set] = useState<Answer<T>>({ answer: null, error: "", busy: true });
  const asked = useRef("");
  const shown = useContext(Shown);
  const meant = useContext(Meant);
  const key = JSON.stringify([ask, given, meant.cohort, "against" in given ? meant.against : ""]);
  useEffect(() => {
    if (!when || !shown || asked.current === key) return;
    asked.current = key;
    set((before) => ({ ...before, busy: true }));
    kernel.ask(ask, given).then(
      (answer) => asked.current === key && set({ answer: answer as T, error: "", busy: false }),
      (error: Error) => {
        if (asked.current !== key) return;
        asked.current = ""; // is asked again when the tab is
        set(({ answer }) => (answer && error instanceof Gone ? { answer, error: "", busy: false } : { answer: null, error: error.message, busy: false }));
      },
    );
  }, [key, when, shown]);
  return state;
}

// Calls the latest of many calls, once things are quiet; the second function takes it back.
export function useCalm(milliseconds: number): [(call: () => void) => void, () => void] {
  const timer = useRef(0);
  const stop = () => clearTimeout(timer.current);
  useEffect(() => stop, []);
  return [
    (call) => {
      stop();
      timer.current = window.setTimeout(call, milliseconds);
    },
    stop,
  ];
}

// Does the latest of many jobs, and the next one when the one before it is done.
export function useLatest(): (job: () => Promise<void>) => void {
  const busy = useRef(false);
  const next = useRef<(() => Promise<void>) | null>(null);
  const work = async () => {
    busy.current = true;
    for (let job = next.current; job; job = next.current) {
      next.current = null;
      await job();
    }
    busy.current = false;
  };
  return (job) => {
    next.current = job;
    if (!busy.current) void work();
  };
}
