// Small parts that the dashboards of texts and of images share.
import { Pick } from "../dashboard/parts";
import type { Tab } from "../dashboard/types";
import { number, signed, whole } from "../words";
import type { Judged, PartsOpened, Run, Said } from "./types";

export function opened(tab: Tab): PartsOpened {
  return tab.opened as PartsOpened;
}

// Which class is looked at; nothing where there is one alone.
export function PickClass({ tab, output, set }: { tab: Tab; output: number; set: (output: number) => void }) {
  const { outputs } = opened(tab);
  if (outputs.length < 2) return null;
  return <Pick label="class" options={outputs} value={outputs[output]} set={(name) => set(outputs.indexOf(name))} />;
}

export function Pager({ start, shown, total, size, go, noun }: { start: number; shown: number; total: number; size: number; go: (start: number) => void; noun: string }) {
  const told = total ? `${whole(start + 1)} to ${whole(start + shown)} of ${whole(total)} ${noun}` : `no ${noun}`;
  return (
    <div class="syn-controls sd-slim">
      <span role="status">{told}</span>
      <button type="button" class="syn-button" disabled={!start} onClick={() => go(Math.max(start - size, 0))}>before</button>
      <button type="button" class="syn-button" disabled={start + shown >= total} onClick={() => go(start + shown)}>next</button>
    </div>
  );
}

// Right or wrong, told by a sign and by a word, and not by colour alone.
export function Mark({ of }: { of: Judged }) {
  if (of.error) return <span>squared error {of.error}</span>;
  if (!of.judged) return null;
  return <span class={of.wrong ? "syn-warn" : "syn-dim"}>{of.wrong ? "✗\u00a0wrong" : "✓\u00a0right"}</span>;
}

export function Told({ of }: { of: Judged }) {
  return (
    <>
      <b>{of.predicted || of.score}</b>
      {of.predicted && <span class="syn-dim"> {of.score}</span>}
      {of.label && of.label !== of.predicted && <span> label {of.label}</span>} <Mark of={of} />
    </>
  );
}

const LOOK = (level: number) => (level ? `syn-${level > 0 ? "p" : "n"}${Math.abs(level)}` : undefined);

// A text with its words marked by what they add; with a press for each word where that is asked for,
// and a frame around those that add something else for another model.
export function Written({ runs, press, more, apart }: { runs: Run[]; press?: (token: number) => void; more?: boolean; apart?: number[] }) {
  const framed = new Set(apart);
  return (
    <p class="syn-written sb-written" dir="auto">
      {runs.map(([words, level, value, token], i) =>
        token < 0 ? words
        : press ? <button type="button" key={i} class={`${LOOK(level) ?? ""} sb-word`.trim()} aria-label={`take out ${words}${value ? `, ${signed(value)}` : ""}`} title={`${signed(value)}; press to take it out`} onClick={() => press(token)}>{words}</button>
        : framed.has(token) ? <span key={i} class={`${LOOK(level) ?? ""} sb-apart`.trim()} title={`${signed(value)}; the two models differ`}>{words}</span>
        : level ? <span key={i} class={LOOK(level)} title={signed(value)}>{words}</span>
        : words)}
      {more ? "…" : ""}
      {!runs.length && <i class="syn-dim">(empty)</i>}
    </p>
  );
}

// What the model says, and how that differs from what it said before.
export function Scores({ now, before, classed }: { now: Said; before: Said; classed: boolean }) {
  const shown = now.scores.length > 8 ? [...now.scores.keys()].sort((a, b) => now.scores[b] - now.scores[a]).slice(0, 8) : [...now.scores.keys()];
  return (
    <div aria-live="polite">
      {shown.map((i) => (
        <div class="sd-big" key={i}>
          <span class="syn-dim">{now.outputs[i]}</span>
          <b class={now.scores.length > 1 ? "" : "syn-metric"}>{number(now.scores[i])}</b>
          {now.scores[i] !== before.scores[i] && <span> {signed(now.scores[i] - before.scores[i])}</span>}
          {classed && <span class="sd-meter"><i style={{ width: `${Math.max(0, Math.min(100, 100 * now.scores[i]))}%` }} /></span>}
        </div>
      ))}
    </div>
  );
}
