// Where the model is wrong: a tree and a map whose parts become cohorts.
import { useState } from "preact/hooks";
import type { Tensor } from "../model";
import { number, share, whole } from "../words";
import { useAnswer } from "./hooks";
import { Answered, Pick, Title } from "./parts";
import type { Condition, Tab } from "./types";

interface Node {
  parent: number;
  depth: number;
  rows: number;
  errors: number;
  rate: number;
  column: string;
  words: string;
  path: string;
  conditions: Condition[];
}

interface Tree {
  nodes: Node[];
  whole: string; // why nothing is parted; empty where something is
  error: string;
  features: string[];
  all: number;
}

interface Heat {
  across: string[];
  down: string[];
  acrossConditions: Condition[][];
  downConditions: Condition[][];
  rows: Tensor;
  errors: Tensor;
  mean: number | null;
}

export function Errors(tab: Tab) {
  const from = useAnswer<Tree>(tab.kernel, "errors", { cohort: tab.cohort });
  return <Answered from={from}>{(tree) => (
    <div class="sd-halves">
      <section>
        <Title note={`Press a node to make it a cohort. Bar: ${tree.error}.${tree.features.length < tree.all ? ` Parted by the ${tree.features.length} strongest of ${tree.all} features.` : ""}`}>Error tree</Title>
        <ul class="sd-tree">{inOrder(tree.nodes).map((node, i) => <Branch key={i} node={node} tree={tree} tab={tab} />)}</ul>
        {tree.whole && <p class="syn-note">{tree.whole}</p>}
      </section>
      <section><Map tab={tab} features={tree.features} error={tree.error} /></section>
    </div>
  )}</Answered>;
}

// Each node before what it is parted into, the side with more errors first.
function inOrder(nodes: Node[]): Node[] {
  const below = (parent: number): Node[] =>
    nodes
      .map((node, i): [Node, number] => [node, i])
      .filter(([node]) => node.parent === parent)
      .sort(([a], [b]) => b.rate - a.rate)
      .flatMap(([node, i]) => [node, ...below(i)]);
  return below(-1);
}

function Branch({ node, tree, tab }: { node: Node; tree: Tree; tab: Tab }) {
  const most = Math.max(...tree.nodes.map((one) => one.rate), 1e-12);
  const words = [`${tree.error} ${number(node.rate)}`, `${whole(node.rows)} rows`, `${share(node.errors, tree.nodes[0].errors)} of errors`];
  return (
    <li style={{ paddingLeft: `${18 * node.depth}px` }}>
      <button type="button" disabled={!node.depth} aria-label={`${node.path}: ${words.join(", ")}`} onClick={() => tab.brush(node.conditions, node.words)}>
        <b>{node.words}</b> <span class="syn-dim">{words.join(" \u00b7 ")}</span>
        <span class="sd-meter"><i style={{ width: `${(100 * node.rate) / most}%` }} /></span>
      </button>
    </li>
  );
}

function Map({ tab, features, error }: { tab: Tab; features: string[]; error: string }) {
  const [across, setAcross] = useState(features[0] ?? "");
  const [down, setDown] = useState(features[1] ?? "");
  const from = useAnswer<Heat>(tab.kernel, "map", { cohort: tab.cohort, across, down: down || null }, across !== "");
  return (
    <>
      <Title note="Press a cell to make it a cohort.">Error map</Title>
      <div class="syn-controls"><Pick label="across" options={features} value={across} set={setAcross} /><Pick label="down" options={features.filter((one) => one !== across)} value={down} set={setDown} none="nothing" /></div>
      <Answered from={from}>{(heat) => <Cells heat={heat} tab={tab} error={error} />}</Answered>
    </>
  );
}

function Cells({ heat, tab, error }: { heat: Heat; tab: Tab; error: string }) {
  const wide = heat.across.length;
  const rate = (i: number) => heat.errors.data[i] / heat.rows.data[i];
  const most = Math.max(...Array.from(heat.rows.data, (rows, i) => (rows ? rate(i) : 0)), 1e-12);
  return (
    <div class="syn-scroll" tabIndex={0} role="region" aria-label="Error map">
      <table class="sd-heat">
        <thead><tr><td />{heat.across.map((words, x) => <th scope="col" key={x}>{words}</th>)}</tr></thead>
        <tbody>{heat.down.map((words, y) => (
          <tr key={y}><th scope="row">{words}</th>{heat.across.map((_, x) => {
            const i = y * wide + x;
            const rows = heat.rows.data[i];
            const said = `${heat.across[x]}${words ? `, ${words}` : ""}: ${error} ${rows ? number(rate(i)) : "unknown"}, ${whole(rows)} rows`;
            return (
              <td key={x}><button type="button" disabled={!rows} title={said} aria-label={said} style={{ "--heat": `${rows ? Math.round((55 * rate(i)) / most) : 0}%` }}
                onClick={() => tab.brush([...heat.acrossConditions[x], ...heat.downConditions[y]])}>{rows ? number(rate(i)) : ""}<small>{rows ? whole(rows) : ""}</small></button></td>
            );
          })}</tr>
        ))}</tbody>
      </table>
      <p class="syn-note">Large: {error}; small: rows. Over all of the cohort {number(heat.mean)}.</p>
    </div>
  );
}
