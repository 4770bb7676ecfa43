// How good the model is for each cohort, and how its scores lie.
import { useState } from "preact/hooks";
import type { Tensor } from "../model";
import { number, whole } from "../words";
import { NumberField } from "./fields";
import { useAnswer } from "./hooks";
import { Answered, Histogram, Title, precise } from "./parts";
import type { Cohort, Condition, Tab } from "./types";

interface Given {
  cohorts: Cohort[];
  meanings: Record<string, string>;
  histogram: { low: number; high: number; counts: Tensor };
}

export function Overview({ kernel, opened, cohort, brush }: Tab) {
  const names = opened.cohorts.map((one) => `${one.name}: ${one.where}`);
  const from = useAnswer<Given>(kernel, "overview", { cohort, names });
  return <Answered from={from}>{(found) => (
    <div class="sd-halves sd-first">
      <section>
        <Title note={opened.judged ? (opened.task === "binary" ? `Of rows with a label; ${opened.positive} is predicted from a probability of 0.5 on.` : "Of rows with a label.") : "No labels are known for these rows, so nothing is measured."}>Measures</Title>
        <Measures found={found} chosen={cohort} />
      </section>
      <section>
        <Title>{opened.task === "regression" ? "Predictions" : "Scores"} of {cohort}</Title>
        <Brushed found={found.histogram} brush={brush}
          words={opened.task === "binary" ? `probability of ${opened.positive}` : opened.task === "regression" ? "prediction" : "probability of the predicted class"} />
      </section>
    </div>
  )}</Answered>;
}

// The histogram of scores, of which a part becomes a cohort: by a drag, or by its ends as numbers.
function Brushed({ found, words, brush }: { found: Given["histogram"]; words: string; brush: Tab["brush"] }) {
  const { counts, low, high } = found;
  const [ends, setEnds] = useState<[number, number] | null>(null);
  const [from, to] = ends ?? [low, high];
  const make = () => {
    const conditions: Condition[] = [{ column: "(score)", operation: ">=", values: [from] }];
    conditions.push({ column: "(score)", operation: to < high ? "<" : "<=", values: [to] });
    brush(conditions, `score ${number(from)} to ${number(to)}`);
    setEnds(null);
  };
  return (
    <>
      <Histogram counts={counts} low={low} high={high} kinds={counts.shape[0] > 1 ? ["right", "wrong", "no label"] : []} words={words} brushed={ends} brush={setEnds} />
      <div class="syn-controls">
        <label class="syn-control"><span>scores from</span><NumberField class="sd-short" value={from} set={(typed) => typed !== null && setEnds([typed, to])} /></label>
        <label class="syn-control"><span>to</span><NumberField class="sd-short" value={to} set={(typed) => typed !== null && setEnds([from, typed])} /></label>
        <button type="button" class="syn-button" disabled={!ends || !(from < to)} onClick={make}>make them a cohort</button>
        <span class="syn-dim">or drag over the bars</span>
      </div>
    </>
  );
}

function Measures({ found, chosen }: { found: Given; chosen: string }) {
  const names = Object.keys(found.cohorts[0].metrics);
  return (
    <div class="syn-scroll" tabIndex={0} role="region" aria-label="Measures of cohorts">
      <table class="syn-table">
        <thead><tr><th scope="col">cohort</th><th scope="col" class="syn-number">rows</th><th scope="col" class="syn-number">mean score</th>{names.map((name) => <th scope="col" class="syn-number" key={name} title={found.meanings[name]}>{name.replace("_", " ")}</th>)}</tr></thead>
        <tbody>{found.cohorts.map((one) => (
          <tr key={one.name} class={one.name === chosen ? "sd-chosen" : ""}>
            <th scope="row" title={one.words}>{one.name}</th>
            <td class="syn-number">{whole(one.rows)}</td>
            <td class="syn-number">{number(one.score)}</td>
            {names.map((name) => <td class="syn-number" key={name}>{precise(one.metrics[name])}</td>)}
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}
