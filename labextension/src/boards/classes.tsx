// The measures of cohorts, and each class against those that were predicted for it.
import { useAnswer } from "../dashboard/hooks";
import { Overview } from "../dashboard/overview";
import { Answered, Title, precise } from "../dashboard/parts";
import type { Tab } from "../dashboard/types";
import type { Tensor } from "../model";
import { whole } from "../words";

interface Found {
  names: string[];
  all: number;
  counts: Tensor;
  rows: number[];
  precision: (number | null)[];
  recall: (number | null)[];
  f1: (number | null)[];
}

export function ClassedOverview(tab: Tab) {
  const from = useAnswer<Found>(tab.kernel, "classes", { cohort: tab.cohort });
  return (
    <>
      <Overview {...tab} />
      <Answered from={from}>{(found) => (found.names.length ? <Classes found={found} tab={tab} /> : null)}</Answered>
    </>
  );
}

function Classes({ found, tab }: { found: Found; tab: Tab }) {
  const few = found.all > found.names.length ? ` The largest ${found.names.length} of ${whole(found.all)}.` : "";
  return (
    <div class="sd-halves">
      <section>
        <Title note={`Rows are true classes.${few}`}>Classes</Title>
        <div class="syn-scroll" tabIndex={0} role="region" aria-label="Measures of classes">
          <table class="syn-table">
            <thead><tr><th scope="col">class</th>{["rows", "precision", "recall", "f1"].map((name) => <th scope="col" class="syn-number" key={name}>{name}</th>)}</tr></thead>
            <tbody>{found.names.map((name, i) => (
              <tr key={name}><th scope="row">{name}</th><td class="syn-number">{whole(found.rows[i])}</td>{[found.precision, found.recall, found.f1].map((values, k) => <td class="syn-number" key={k}>{precise(values[i])}</td>)}</tr>
            ))}</tbody>
          </table>
        </div>
      </section>
      <section>
        <Title note="Down: true class; across: predicted. Press a cell to make it a cohort.">Confusion</Title>
        <Cells found={found} tab={tab} />
      </section>
    </div>
  );
}

function Cells({ found, tab }: { found: Found; tab: Tab }) {
  const wide = found.names.length;
  const of = (y: number, x: number) => found.counts.data[y * wide + x];
  const sum = (y: number) => Math.max(found.rows[y], 1);
  const press = (y: number, x: number) => {
    const is = (column: string, name: string) => ({ column, operation: "in", values: [name] });
    tab.brush([is("(label)", found.names[y]), is("(predicted)", found.names[x])], `${found.names[y]} as ${found.names[x]}`);
  };
  return (
    <div class="syn-scroll" tabIndex={0} role="region" aria-label="Confusion">
      <table class="sd-heat">
        <thead><tr><td />{found.names.map((name) => <th scope="col" key={name}>{name}</th>)}</tr></thead>
        <tbody>{found.names.map((name, y) => (
          <tr key={name}><th scope="row">{name}</th>{found.names.map((other, x) => {
            const said = `${name} predicted as ${other}: ${whole(of(y, x))} rows`;
            const heat = { "--heat": `${Math.round((70 * of(y, x)) / sum(y))}%` };
            return <td key={other}><button type="button" class={x === y ? "sb-right" : ""} disabled={!of(y, x)} title={said} aria-label={said} style={heat} onClick={() => press(y, x)}>{whole(of(y, x))}</button></td>;
          })}</tr>
        ))}</tbody>
      </table>
    </div>
  );
}
