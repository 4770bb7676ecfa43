// The small pieces that the steps are made of.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export function Section(given: {
  number: number;
  name: string;
  summary: string;
  open: boolean;
  toggle(): void;
  mark?: string;
  children: ComponentChildren;
}) {
  const { number, name, open } = given;
  return (
    <section class={"syn-b-step" + (open ? " syn-b-open" : "")}>
      <h3 class="syn-b-h">
        <button type="button" class="syn-b-head" data-alone aria-expanded={open} onClick={given.toggle}>
          <span class="syn-b-number" aria-hidden="true">{number}</span>
          <span class="syn-b-name">{name}</span>
          <span class="syn-b-sum">{given.summary}</span>
          {given.mark ? <span class="syn-badge syn-poor">{given.mark}</span> : null}
        </button>
      </h3>
      {open ? <div class="syn-b-body">{given.children}</div> : null}
    </section>
  );
}

export function Field(given: { name: string; doc?: string; children: ComponentChildren }) {
  return (
    <label class="syn-control syn-b-field" title={given.doc}>
      <span>{given.name}</span>
      {given.children}
    </label>
  );
}

// A box for words that tells them when they are settled: on Enter, and when it is left. Where words
// are needed, an empty box tells nothing and shows again what it had.
export function Box(given: { value: string; label: string; hint?: string; wide?: boolean; type?: string; needed?: boolean; set(value: string): void }) {
  const [words, write] = useState(given.value);
  useEffect(() => write(given.value), [given.value]);
  const done = () => {
    if (words === given.value) return;
    if (given.needed && !words.trim()) write(given.value);
    else given.set(words);
  };
  return (
    <input
      class={given.wide ? "syn-b-wide" : "syn-b-box"}
      aria-label={given.label}
      placeholder={given.hint}
      type={given.type ?? "text"}
      step="any"
      value={words}
      onInput={(event) => write(event.currentTarget.value)}
      onBlur={done}
      onKeyDown={(event) => event.key === "Enter" && done()}
    />
  );
}

export function Choices<T extends string>(given: { label: string; value: T; all: readonly (readonly [T, string])[]; set: (value: T) => void }) {
  return (
    <span class="syn-b-seg" role="group" aria-label={given.label}>
      {given.all.map(([value, words]) => (
        <button type="button" key={value} aria-pressed={value === given.value} onClick={() => value !== given.value && given.set(value)}>
          {words}
        </button>
      ))}
    </span>
  );
}

export function Copy(given: { text: string; name?: string }) {
  const [done, say] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(given.text);
      say("Copied");
    } catch {
      say("Select the text and press Ctrl+C");
    }
    setTimeout(() => say(""), 2500);
  };
  return (
    <button type="button" class="syn-button" data-alone onClick={() => void copy()}>
      <span aria-live="polite">{done || given.name || "Copy"}</span>
    </button>
  );
}

// HTML that the kernel drew, in which it has escaped all words of the data.
export function Drawn(given: { html: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current) place.current.innerHTML = given.html;
  }, [given.html]);
  return <div ref={place} class="syn-b-drawn" />;
}

export function Bars(given: { heights: ArrayLike<number> }) {
  const path = Array.from(given.heights)
    .map((tall, i) => (tall ? `M${i * 3} 22h2.2v${(-tall * 21) / 255}h-2.2z` : ""))
    .join("");
  return (
    <svg class="syn-b-bars" viewBox="0 0 90 22" width="90" height="22" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

export function Meter(given: { part: number; words: string }) {
  return (
    <div class="syn-b-meter" role="progressbar" aria-label="Progress of the run" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(100 * given.part)} aria-valuetext={given.words}>
      <span style={{ width: `${100 * given.part}%` }} />
    </div>
  );
}

// A box for a number: what is none is not told.
export function NumberBox(given: { value: number | string; label: string; set(value: number): void }) {
  const set = (words: string) => Number.isFinite(Number(words)) && given.set(Number(words));
  return <Box needed label={given.label} type="number" value={String(given.value)} set={set} />;
}

// Goes from tab to tab by the arrow keys, and puts the focus there.
export function walk(event: KeyboardEvent, count: number, at: number, turn: (at: number) => void): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = (at + step + count) % count;
  event.preventDefault();
  turn(next);
  ((event.currentTarget as Element).children[next] as HTMLElement).focus();
}
