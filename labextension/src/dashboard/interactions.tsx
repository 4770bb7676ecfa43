// Which contributions depend on another feature's value: all pairs, the strongest, one in full.
import { useState } from "preact/hooks";
import { dependence } from "../dependence";
import { heatmap } from "../heatmap";
import { interaction } from "../interaction";
import type { Payload } from "../model";
import { number, whole } from "../words";
import { useAnswer } from "./hooks";
import { Answered, Title, View } from "./parts";
import type { Tab } from "./types";

interface Few {
  view: null;
  few: number;
  rows: number;
}

interface Found {
  view: Payload;
  pairs: [string, string, number][];
  drawn: number;
  rows: number;
}

export function Interactions({ kernel, cohort }: Tab) {
  const from = useAnswer<Found | Few>(kernel, "interactions", { cohort });
  const [pair, setPair] = useState<[string, string] | null>(null);
  const [alike, setAlike] = useState(false);
  return <Answered from={from}>{(found) => {
    if (!found.view) return <TooFew found={found} />;
    const first = found.pairs[0];
    const shown = pair ?? (first ? [first[0], first[1]] : null);
    return (
      <>
        <Title note={found.drawn < found.rows ? `From ${whole(found.drawn)} of the cohort's ${whole(found.rows)} rows.` : undefined}>What depends on what in {cohort}</Title>
        <View render={interaction} payload={found.view} use={(model) => model.on("change:pair", () => setPair(model.get("pair") as [string, string]))} />
        <div class="sd-halves">
          <section>
            <Title note="How much of the contribution of the first the value of the second tells; press a pair to see it.">Strongest pairs</Title>
            <Pairs pairs={found.pairs} shown={shown} press={setPair} />
          </section>
          <section aria-live="polite">{shown && <Followed kernel={kernel} cohort={cohort} pair={shown} />}</section>
        </div>
        <button type="button" class="syn-button" aria-expanded={alike} onClick={() => setAlike(!alike)}>rows that are explained alike</button>
        {alike && <Alike kernel={kernel} cohort={cohort} />}
      </>
    );
  }}</Answered>;
}

function TooFew({ found }: { found: Few }) {
  return <p class="syn-note">{whole(found.rows)} rows are too few to tell features apart; {found.few} are enough.</p>;
}

function Pairs({ pairs, shown, press }: { pairs: Found["pairs"]; shown: [string, string] | null; press: (pair: [string, string]) => void }) {
  if (!pairs.length) return <p class="syn-note">No contribution depends on another feature's value.</p>;
  const most = pairs[0][2];
  return (
    <div class="syn-scroll" tabIndex={0} role="region" aria-label="Strongest pairs">
      <table class="syn-table sd-pairs">
        <thead><tr><th scope="col">contribution of</th><th scope="col">by value of</th><th scope="col">strength</th><td /></tr></thead>
        <tbody>{pairs.map(([of, by, strength]) => (
          <tr key={`${of}\0${by}`} class={shown && shown[0] === of && shown[1] === by ? "sd-chosen" : ""}>
            <th scope="row"><button type="button" class="sd-link" aria-label={`${of} by ${by}`} onClick={() => press([of, by])}>{of}</button></th>
            <td>{by}</td><td class="syn-number">{number(strength)}</td><td class="sd-bars"><i style={{ width: `${(100 * strength) / most}%` }} /></td>
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}

function Followed({ kernel, cohort, pair: [name, color] }: { kernel: Tab["kernel"]; cohort: string; pair: [string, string] }) {
  const from = useAnswer(kernel, "dependence", { cohort, name, color });
  return <Answered from={from}>{(found) => <><Title>{name} by {color}</Title><View render={dependence} payload={found} /></>}</Answered>;
}

function Alike({ kernel, cohort }: { kernel: Tab["kernel"]; cohort: string }) {
  const from = useAnswer<Found | Few>(kernel, "heatmap", { cohort });
  return <Answered from={from}>{(found) => (found.view ? <View render={heatmap} payload={found.view} /> : <TooFew found={found} />)}</Answered>;
}
