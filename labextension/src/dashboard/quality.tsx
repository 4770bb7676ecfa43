// How far the explanation can be trusted.
import type { Tensor } from "../model";
import { number, share, whole } from "../words";
import { useAnswer } from "./hooks";
import { Answered, Histogram, Title } from "./parts";
import type { Tab } from "./types";

interface Found {
  facts: [string, string][];
  residuals: { counts: Tensor; low: number; high: number };
  compacity: [number, number][];
  drawn: number;
  rows: number;
  errors: [string, number, number][];
}

const EXACT = 1e-9;

export function Quality({ kernel, cohort }: Tab) {
  const from = useAnswer<Found>(kernel, "quality", { cohort });
  return <Answered from={from}>{(found) => (
    <div class="sd-halves">
      <section>
        <Title>Facts</Title>
        <table class="syn-table"><tbody>{found.facts.map(([name, words]) => <tr key={name}><th scope="row">{name}</th><td>{words}</td></tr>)}</tbody></table>
        <Title note={`How much of all contributions the strongest features of each row make up${found.drawn < found.rows ? `, in ${whole(found.drawn)} of the rows` : ""}.`}>Compacity</Title>
        <table class="syn-table"><tbody>{found.compacity.map(([count, part]) => (
          <tr key={count}><th scope="row">{count} {count === 1 ? "feature" : "features"}</th><td class="sd-bars"><i style={{ width: `${100 * part}%` }} /></td><td class="syn-number">{share(part, 1)}</td></tr>
        ))}</tbody></table>
      </section>
      <section>
        <Title note="What average and contributions leave of the prediction: zero where they add up.">Residuals</Title>
        {found.residuals.high < EXACT
          ? <p><span class="syn-badge syn-good">adds up exactly</span> in every row of the cohort.</p>
          : <Histogram counts={found.residuals.counts} low={found.residuals.low} high={found.residuals.high} words="absolute residual" />}
        {found.errors.length > 0 && <>
          <Title note="Values were sampled: a contribution no larger than twice its standard error may be chance.">Standard errors</Title>
          <table class="syn-table"><thead><tr><th scope="col">feature</th><th scope="col">mean contribution</th><th scope="col">mean standard error</th></tr></thead>
            <tbody>{found.errors.map(([name, size, error]) => <tr key={name}><th scope="row">{name}</th><td class="syn-number">{number(size)}</td><td class="syn-number">{number(error)}</td></tr>)}</tbody></table>
        </>}
      </section>
    </div>
  )}</Answered>;
}
