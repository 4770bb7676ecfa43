// How groups fare, each under a threshold of its own, and how evenly the label lies over them.
import { useState } from "preact/hooks";
import type { Kernel } from "../live/kernel";
import type { Tensor } from "../model";
import { number, whole } from "../words";
import { cut, over, profit, type Cut } from "./cuts";
import { NumberField } from "./fields";
import { useAnswer } from "./hooks";
import { Answered, Drawn, precise } from "./parts";

export interface Group {
  words: string;
  counts: Tensor; // (2, bins): negatives, then positives
}

interface Given {
  kernel: Kernel;
  cohort: string;
  groups: Group[];
  group: string; // the column, empty where the groups are cohorts
  bins: number;
  at: number;
  worth: Cut;
}

type Rate = (found: Cut) => number | null;

const RATES: [string, Rate][] = [
  ["selected", ({ tp, fp, fn, tn }) => over(tp + fp, tp + fp + fn + tn)],
  ["true positive rate", ({ tp, fn }) => over(tp, tp + fn)],
  ["false positive rate", ({ fp, tn }) => over(fp, fp + tn)],
];

export function Fairness({ kernel, cohort, groups, group, bins, at, worth }: Given) {
  const [own, setOwn] = useState<Record<string, number>>({});
  const rows = groups.map((one, i) => {
    const key = `${groups.slice(0, i).filter(({ words }) => words === one.words).length} ${one.words}`; // long names may be cut alike
    return { ...one, key, threshold: own[key] ?? at };
  });
  const cuts = rows.map((row) => cut(row.counts, row.threshold));
  const keep = (chosen: number[]) => setOwn(Object.fromEntries(rows.map(({ key }, i) => [key, chosen[i] / bins])));
  const evened = (rate: Rate) => keep(alike(all(), worth, rate, rows.map((row) => row.threshold * bins)));
  const all = () => groups.map((one) => Array.from({ length: bins + 1 }, (_, i) => cut(one.counts, i / bins)));
  return (
    <>
      <div class="syn-controls">
        <button type="button" class="syn-button" onClick={() => setOwn({})}>one threshold for all</button>
        <button type="button" class="syn-button" onClick={() => evened(RATES[0][1])}>as many selected in each</button>
        <button type="button" class="syn-button" onClick={() => evened(RATES[1][1])}>as many found in each</button>
        <button type="button" class="syn-button" onClick={() => keep(all().map((found) => dearest(found, worth)))}>most is earned in each</button>
      </div>
      <div class="syn-scroll" tabIndex={0} role="region" aria-label={`Groups of ${group || "cohorts"}`}>
        <table class="syn-table">
          <thead><tr><th scope="col">group</th><th scope="col">rows</th><th scope="col">threshold</th>{RATES.map(([name]) => <th scope="col" key={name}>{name}</th>)}<th scope="col">worth</th></tr></thead>
          <tbody>{rows.map((row, i) => (
            <tr key={row.key}><th scope="row">{row.words}</th><td class="syn-number">{whole(sum(cuts[i]))}</td>
              <td><NumberField class="sd-short" aria-label={`Threshold of ${row.words}`} min={0} max={1} step={1 / bins} value={row.threshold} set={(typed) => typed !== null && setOwn((now) => ({ ...now, [row.key]: Math.min(Math.max(typed, 0), 1) }))} /></td>
              {RATES.map(([name, rate]) => <td class="syn-number" key={name}>{precise(rate(cuts[i]))}</td>)}
              <td class="syn-number">{number(profit(cuts[i], worth))}</td></tr>
          ))}
            <tr><th scope="row">lowest over highest</th><td /><td />{RATES.map(([name, rate]) => <td class="syn-number" key={name}>{precise(least(cuts.map(rate)))}</td>)}<td /></tr>
          </tbody>
        </table>
      </div>
      <p class="syn-note" aria-live="polite">{group ? `All groups together are worth ${number(cuts.reduce((total, one) => total + profit(one, worth), 0))}. ` : "Cohorts may share rows. "}A threshold by group treats people by what group they are of, which laws may forbid.</p>
      {group && <Balance key={group} kernel={kernel} cohort={cohort} group={group} />}
    </>
  );
}

function Balance({ kernel, cohort, group }: { kernel: Kernel; cohort: string; group: string }) {
  const [open, setOpen] = useState(false);
  const from = useAnswer<{ html: string }>(kernel, "balance", { cohort, group }, open);
  return (
    <>
      <button type="button" class="syn-button" aria-expanded={open} onClick={() => setOpen(!open)}>how evenly the label lies over {group}</button>
      {open && <Answered from={from}>{(found) => <><Drawn html={found.html} /><p class="syn-note">Of the explained rows. Of all rows: %%synapse balance, with this column as sensitive.</p></>}</Answered>}
    </>
  );
}

function sum({ tp, fp, fn, tn }: Cut): number {
  return tp + fp + fn + tn;
}

function least(rates: (number | null)[]): number | null {
  const known = rates.filter((value): value is number => value !== null);
  return known.length > 1 && Math.max(...known) > 0 ? Math.min(...known) / Math.max(...known) : null;
}

// Where most is earned of a group.
function dearest(found: Cut[], worth: Cut): number {
  return best(found.map((one) => profit(one, worth)));
}

function best(values: number[]): number {
  return values.reduce((at, value, i) => (value > values[at] ? i : at), 0);
}

// The threshold of each group that brings its rate nearest to one that all share, by which most is earned.
// A group that has no such rate keeps the one it has.
function alike(groups: Cut[][], worth: Cut, rate: Rate, now: number[]): number[] {
  const steps = Array.from({ length: 101 }, (_, k) => k / 100);
  const rated = groups.map((cuts) => rate(cuts[0]) !== null);
  const tried = steps.map((wanted) => groups.map((cuts, k) => (rated[k] ? nearest(cuts.map((one) => rate(one)!), wanted, cuts, worth) : now[k])));
  const earned = tried.map((chosen) => chosen.reduce((total, i, k) => total + (rated[k] ? profit(groups[k][i], worth) : 0), 0));
  return tried[best(earned)];
}

// Of the thresholds that bring a rate nearest to a wanted one, that by which most is earned.
function nearest(rates: number[], wanted: number, cuts: Cut[], worth: Cut): number {
  const far = rates.map((value) => Math.abs(value - wanted));
  const least = Math.min(...far);
  return best(cuts.map((one, i) => (far[i] === least ? profit(one, worth) : -Infinity)));
}
