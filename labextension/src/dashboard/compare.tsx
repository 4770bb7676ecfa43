// Two models on the same rows.
import { useEffect, useRef } from "preact/hooks";
import type { Tensor } from "../model";
import { watchTheme } from "../theme";
import { number, whole } from "../words";
import { useAnswer } from "./hooks";
import { Answered, Pairs, Title, precise } from "./parts";
import type { Tab } from "./types";

export interface Found {
  counts: Tensor; // (second score, first score)
  low: number;
  high: number;
  metrics: Record<string, number | null>[];
  disagree: number | null;
  shares: boolean; // whether the contributions of each model are shares, as their scales differ
  names: string[];
  own: Tensor;
  other: Tensor;
}

export function Compare({ kernel, cohort }: Tab) {
  const from = useAnswer<Found>(kernel, "compare", { cohort });
  return <Answered from={from}>{(found) => (
    <div class="sd-halves">
      <section>
        <Title note={found.disagree === null ? undefined : `${whole(found.disagree)} rows are predicted otherwise.`}>Both scores</Title>
        <Density found={found} />
        <Measures metrics={found.metrics} />
      </section>
      <section>
        <Title note={`${found.shares ? "Share of all contributions of each model, whose scales differ" : "Mean absolute contribution"}; the largest differences first.`}>Features</Title>
        <Pairs names={found.names} own={found.own} other={found.other} first="first model" second="second model" />
      </section>
    </div>
  )}</Answered>;
}

export function Measures({ metrics }: { metrics: Found["metrics"] }) {
  return (
    <div class="syn-scroll" tabIndex={0} role="region" aria-label="Measures of both models"><table class="syn-table">
      <thead><tr><td />{Object.keys(metrics[0]).map((name) => <th scope="col" class="syn-number" key={name}>{name.replace("_", " ")}</th>)}</tr></thead>
      <tbody>{metrics.map((one, i) => <tr key={i}><th scope="row">{i ? "second" : "first"} model</th>{Object.values(one).map((value, k) => <td class="syn-number" key={k}>{precise(value)}</td>)}</tr>)}</tbody>
    </table></div>
  );
}

export function Density({ found }: { found: Pick<Found, "counts" | "low" | "high"> }) {
  const place = useRef<HTMLCanvasElement>(null);
  const [high, wide] = found.counts.shape;
  useEffect(() => {
    const canvas = place.current;
    const pen = canvas?.getContext("2d");
    const root = canvas?.closest<HTMLElement>(".syn-view");
    if (!canvas || !pen || !root) return;
    return watchTheme(root, () => shade(pen, found.counts, getComputedStyle(canvas).color));
  }, [found]);
  return (
    <figure class="sd-figure sd-square">
      <canvas ref={place} width={wide} height={high} role="img" aria-label={`Rows by the score of both models, ${number(found.low)} to ${number(found.high)}`} />
      <div class="sd-ends"><span>{number(found.low)}</span><span>first model (up: second)</span><span>{number(found.high)}</span></div>
    </figure>
  );
}

function shade(pen: CanvasRenderingContext2D, counts: Tensor, colour: string): void {
  const [high, wide] = counts.shape;
  const most = Math.log1p(Math.max(...Array.from(counts.data), 1));
  pen.clearRect(0, 0, wide, high);
  for (let y = 0; y < high; y++) for (let x = 0; x < wide; x++) {
    const rows = counts.data[y * wide + x];
    if (!rows) continue;
    pen.globalAlpha = 0.12 + (0.88 * Math.log1p(rows)) / most;
    pen.fillStyle = colour;
    pen.fillRect(x, high - 1 - y, 1, 1);
  }
}
