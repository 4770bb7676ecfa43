// What features do in a cohort, against another, and how one follows its values.
import { useEffect, useMemo, useState } from "preact/hooks";
import { dependence } from "../dependence";
import type { Payload, Tensor } from "../model";
import { summary } from "../summary";
import { whole } from "../words";
import { useAnswer } from "./hooks";
import { Answered, Pairs, Pick, Title, View } from "./parts";
import type { Tab } from "./types";

interface Found {
  summary: Payload | null;
  names: string[];
  own: Tensor;
  other: Tensor;
  drawn: number;
  rows: number;
  known: string[];
}

export function Features(tab: Tab) {
  const { kernel, cohort, against } = tab;
  const from = useAnswer<Found>(kernel, "features", { cohort, against });
  const [feature, setFeature] = useState("");
  const known = from.answer?.known ?? [];
  useEffect(() => {
    if (known.length && !known.includes(feature)) setFeature(known[0]);
  }, [known.join("\0")]);
  // The view is drawn again where its payload is another, and not with every answer elsewhere.
  const payload = useMemo(() => from.answer?.summary && { ...from.answer.summary, clickable: true }, [from.answer]);
  return <Answered from={from}>{(found) => (
    <>
      <div class="sd-halves">
        <section>
          <Title note={found.drawn < found.rows ? `Drawn from ${whole(found.drawn)} of the cohort's ${whole(found.rows)} rows.` : undefined}>Summary of {cohort}</Title>
          {payload
            ? <View render={summary} payload={payload} use={(model) => model.on("change:feature", () => setFeature(model.get("feature") as string))} />
            : <p class="syn-note">This cohort has no rows.</p>}
        </section>
        <section>
          <Pick label="dependence on" options={found.known} value={feature} set={setFeature} />
          {feature && <Followed tab={tab} name={feature} />}
        </section>
      </div>
      {cohort !== against && <section>
        <Title note="Mean absolute contribution over all rows of each; press a feature to see it above.">{cohort} against {against}</Title>
        <Pairs names={found.names.slice(0, 20)} own={found.own} other={found.other} first={cohort} second={against} press={(name) => found.known.includes(name) && setFeature(name)} />
      </section>}
    </>
  )}</Answered>;
}

function Followed({ tab, name }: { tab: Tab; name: string }) {
  const from = useAnswer(tab.kernel, "dependence", { cohort: tab.cohort, name });
  return <Answered from={from}>{(found) => (found.kind ? <View render={dependence} payload={found} /> : <p class="syn-note">This cohort has no rows.</p>)}</Answered>;
}
