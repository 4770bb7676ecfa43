// How good the model is for each cohort, and how its scores lie.
import type { Tensor } from "../model";
import { number, whole } from "../words";
import { useAnswer } from "./hooks";
import { Answered, Histogram, Title, precise } from "./parts";
import type { Cohort, Tab } from "./types";

interface Given {
  cohorts: Cohort[];
  meanings: Record<string, string>;
  histogram: { low: number; high: number; counts: Tensor };
}

export function Overview({ kernel, opened, cohort }: Tab) {
  const names = opened.cohorts.map((one) => one.name);
  const from = useAnswer<Given>(kernel, "overview", { cohort, names });
  return <Answered from={from}>{(found) => (
    <div class="sd-halves sd-first">
      <section>
        <Title note={opened.judged ? (opened.task === "binary" ? `Of rows with a label; ${opened.positive} is predicted from a probability of 0.5 on.` : "Of rows with a label.") : "No labels are known for these rows, so nothing is measured."}>Measures</Title>
        <Measures found={found} chosen={cohort} />
      </section>
      <section>
        <Title>{opened.task === "regression" ? "Predictions" : "Scores"} of {cohort}</Title>
        <Histogram counts={found.histogram.counts} low={found.histogram.low} high={found.histogram.high} kinds={found.histogram.counts.shape[0] > 1 ? ["right", "wrong", "no label"] : []}
          words={opened.task === "binary" ? `probability of ${opened.positive}` : opened.task === "regression" ? "prediction" : "probability of the predicted class"} />
      </section>
    </div>
  )}</Answered>;
}

function Measures({ found, chosen }: { found: Given; chosen: string }) {
  const names = Object.keys(found.cohorts[0].metrics);
  return (
    <div class="syn-scroll" tabIndex={0} role="region" aria-label="Measures of cohorts">
      <table class="syn-table">
        <thead><tr><th scope="col">cohort</th><th scope="col">rows</th><th scope="col">mean score</th>{names.map((name) => <th scope="col" key={name} title={found.meanings[name]}>{name.replace("_", " ")}</th>)}</tr></thead>
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
