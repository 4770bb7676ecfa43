// One threshold: what decisions are worth, and how groups fare under it. All from histograms.
import { useState } from "preact/hooks";
import type { Tensor } from "../model";
import { number, share, whole } from "../words";
import { cut, over, profit, type Cut } from "./cuts";
import { Fairness, type Group } from "./fairness";
import { NumberField } from "./fields";
import { useAnswer } from "./hooks";
import { Answered, Pick, Title, precise } from "./parts";
import type { Tab } from "./types";

interface Found {
  counts: Tensor; // (2, bins): negatives, then positives
  bins: number;
  positive: string;
  groups: Group[];
}

const COHORTS = "\0cohorts"; // a column cannot be called so
const WORTH: [keyof Cut, string][] = [["tp", "found"], ["fp", "false alarm"], ["fn", "missed"], ["tn", "rightly left"]];

export function Thresholds({ kernel, cohort, opened }: Tab) {
  const [group, setGroup] = useState("");
  const [at, setAt] = useState(0.5);
  const [worth, setWorth] = useState<Cut>({ tp: 1, fp: -1, fn: 0, tn: 0 });
  const from = useAnswer<Found>(kernel, "thresholds", { cohort, cohorts: group === COHORTS, group: group === COHORTS ? null : group || null, names: group === COHORTS ? opened.cohorts.map((one) => one.where) : [] });
  return <Answered from={from}>{(found) => {
    const earned = Array.from({ length: found.bins + 1 }, (_, i) => profit(cut(found.counts, i / found.bins), worth));
    const best = earned.indexOf(Math.max(...earned)) / found.bins;
    const now = cut(found.counts, at);
    const all = now.tp + now.fp + now.fn + now.tn;
    return (
      <>
        <div class="syn-controls sd-slider">
          <label class="syn-control"><span>threshold</span><input type="range" min={0} max={1} step={1 / found.bins} value={at} onInput={(event) => setAt(event.currentTarget.valueAsNumber)} /><output>{number(at)}</output></label>
          <button type="button" class="syn-button" onClick={() => setAt(best)}>most is earned at {number(best)}</button>
        </div>
        <p aria-live="polite">{found.positive} is predicted for {share(now.tp + now.fp, all)} of rows: precision {precise(over(now.tp, now.tp + now.fp))}, recall {precise(over(now.tp, now.tp + now.fn))}, {share(now.tp + now.tn, all)} right, <b>worth {number(profit(now, worth))}</b>.</p>
        <div class="sd-halves">
          <section>
            <Title note={`What one row of each kind brings; a cost is negative.`}>Worth</Title>
            <div class="syn-controls">{WORTH.map(([kind, words]) => (
              <label class="syn-control" key={kind}><span>{words}</span><NumberField class="sd-short" value={worth[kind]} set={(typed) => typed !== null && setWorth((now) => ({ ...now, [kind]: typed }))} /></label>
            ))}</div>
            <Curve earned={earned} at={at} best={best} />
            <div class="syn-scroll" tabIndex={0} role="region" aria-label="Predictions at the threshold"><table class="syn-table"><thead><tr><td /><th scope="col">predicted {found.positive}</th><th scope="col">predicted otherwise</th></tr></thead><tbody>
              <tr><th scope="row">{found.positive}</th><td class="syn-number">{whole(now.tp)}</td><td class="syn-number">{whole(now.fn)}</td></tr>
              <tr><th scope="row">not {found.positive}</th><td class="syn-number">{whole(now.fp)}</td><td class="syn-number">{whole(now.tn)}</td></tr>
            </tbody></table></div>
          </section>
          <section>
            <Title>Groups</Title>
            <Pick label="groups of" options={opened.columns} value={group} set={setGroup} none="choose a column" more={[[COHORTS, "cohorts of the bar"]]} />
            {found.groups.length > 0 && <Fairness key={group} kernel={kernel} cohort={cohort} groups={found.groups} group={group === COHORTS ? "" : group} bins={found.bins} at={at} worth={worth} />}
          </section>
        </div>
      </>
    );
  }}</Answered>;
}

function Curve({ earned, at, best }: { earned: number[]; at: number; best: number }) {
  const [low, high] = [Math.min(...earned), Math.max(...earned)];
  const y = (value: number) => (high > low ? 96 - (92 * (value - low)) / (high - low) : 50);
  const points = earned.map((value, i) => `${((100 * i) / (earned.length - 1)).toFixed(2)},${y(value).toFixed(2)}`).join(" ");
  return (
    <figure class="sd-figure">
      <div class="sd-ends"><span>worth up to {number(high)}</span></div>
      <svg class="sd-curve" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={`Worth over thresholds, from ${number(low)} to ${number(high)}, most at ${number(best)}`}>
        {low < 0 && high > 0 && <line class="sd-zero" x1={0} x2={100} y1={y(0)} y2={y(0)} />}
        <polyline points={points} />
        <line x1={100 * at} x2={100 * at} y1={0} y2={100} />
      </svg>
      <div class="sd-ends"><span>0</span><span>threshold</span><span>1</span></div>
    </figure>
  );
}
