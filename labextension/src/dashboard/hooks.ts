// Questions to the kernel as state of a component.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Kernel } from "../live/kernel";
import type { Payload } from "../model";

export interface Answer<T> {
  answer: T | null;
  error: string;
  busy: boolean;
}

// Asks again where the question changes; an answer that comes too late is dropped.
export function useAnswer<T = Payload>(kernel: Kernel, ask: string, given: Payload, when = true): Answer<T> {
  const [state, set] = useState<Answer<T>>({ answer: null, error: "", busy: true });
  const key = JSON.stringify([ask, given, when]);
  useEffect(() => {
    if (!when) return;
    let current = true;
    set((before) => ({ ...before, busy: true }));
    kernel.ask(ask, given).then(
      (answer) => current && set({ answer: answer as T, error: "", busy: false }),
      (error: Error) => current && set({ answer: null, error: error.message, busy: false }),
    );
    return () => void (current = false);
  }, [key]);
  return state;
}

// Calls the latest of many calls, once things are quiet.
export function useCalm(milliseconds: number): (call: () => void) => void {
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (call) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(call, milliseconds);
  };
}
