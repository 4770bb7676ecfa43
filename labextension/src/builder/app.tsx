// The builder: ten steps beside the text of a cell.
import { render } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Kernel } from "../live/kernel";
import { Sync } from "./beside";
import { Editor } from "./editor";
import { Algorithms, Params } from "./models";
import { Section } from "./parts";
import { Evaluate, Explain, Ship, Train, latest } from "./runs";
import { Features, Profile, Split, Target } from "./steps";
import { STYLE } from "./style";
import type { All, Change, Explained, Given, Run } from "./state";

const PAUSE = 180;
const BUSY: Record<string, string> = { look: "Spark is looking at the data", first: "Spark is looking at the data", explain: "Explaining" };
// What is read from the text of the cell. Clicks and threads of the kernel tell it, in any order.
const READ = ["version", "text", "problem", "undoable", "form", "summaries", "guardrails"];

export function builder(el: HTMLElement, kernel: Kernel): () => void {
  render(<Builder kernel={kernel} el={el} />, el);
  return () => render(null, el);
}

function Builder({ kernel, el }: { kernel: Kernel; el: HTMLElement }) {
  const sync = useMemo(() => new Sync(kernel), []);
  const [, draw] = useState(0);
  const [all, keep] = useState<All | null>(null);
  const [said, say] = useState("");
  const [notice, notify] = useState(""); // what the last click did beside what it was for
  const [busy, occupy] = useState("");
  const [explained, explain] = useState<Explained | null>(null);
  const [open, unfold] = useState<Set<string>>(new Set(["Target"]));
  const later = useRef(0);
  const sought = useRef("");
  const merge = (told: Partial<All>) => keep((now) => now && { ...now, ...newer(told, now.version) });

  const ask = useCallback(async (question: string, given: Record<string, unknown> = {}) => {
    say("");
    // Before it is asked: what comes of it may be told before the question is answered.
    if (BUSY[question]) occupy(BUSY[question]);
    const told = await sync.ask(question, given).catch((error: Error) => {
      if (BUSY[question]) occupy("");
      throw error;
    });
    if (question === "run") {
      addRun(told.run as Run);
      unfold((now) => new Set([...now, "Train"]));
    }
    return told;
  }, []);

  const addRun = (run: Run) => keep((now) => now && { ...now, runs: [...now.runs.filter((one) => one.number !== run.number), run].sort((a, b) => a.number - b.number) });

  const fail = (error: Error) => say(error.message);
  const change = (question: string, given: Record<string, unknown>) => ask(question, given).then((told) => {
    notify((told.notice as string | undefined) ?? "");
    merge(told);
  }, fail);
  const hear = (told: Partial<All>) => {
    sync.hear(told as Record<string, unknown>);
    merge(told);
  };
  const stop = () => void ask("stop").catch(fail);
  const click = (one: Change) => void change("click", { change: one });
  const soon = (one: Change) => {
    clearTimeout(later.current);
    later.current = window.setTimeout(() => click(one), PAUSE);
  };

  useEffect(() => {
    const ends = [
      kernel.hear("run", (told) => {
        addRun(told.run as Run);
        merge({ summaries: told.summaries as All["summaries"] });
        if ((told.run as Run).state === "done") unfold((now) => new Set([...now, "Evaluate"]));
      }),
      kernel.hear("looked", (told) => {
        occupy("");
        if (told.error) say(told.error as string);
        else hear(told);
      }),
      kernel.hear("text", hear),
      sync.attach(el, { drawn: () => draw((now) => now + 1), edited: () => void change("edit", {}) }),
      kernel.hear("explained", (told) => {
        occupy("");
        if (told.error) say(told.error as string);
        else explain(told as unknown as Explained);
      }),
    ];
    sync.ask("open", {}).then(
      (told) => {
        keep(told as unknown as All);
        if ((told.explained as Partial<Explained>).run) explain(told.explained as Explained);
        if (told.rows === null) void ask("look").catch(fail);
      },
      fail,
    );
    return () => ends.forEach((end) => end());
  }, []);

  const target = all?.form.target ?? "";
  useEffect(() => {
    if (!all || all.rows === null || busy || target === all.target || target === sought.current) return;
    if (!all.columns.some((column) => column.name === target)) return;
    sought.current = target;
    void ask("look").catch(fail);
  }, [target, all?.rows, busy]);

  if (!all) return <div class="syn-bw"><style>{STYLE}</style><p class="syn-note">{said || "Asking the kernel."}</p></div>;
  const given: Given = { all, click, soon, ask, say, busy };
  const running = latest(all)?.state === "running";
  const fixes = all.guardrails.filter((one) => one.fix).length;
  const bodies: [string, preact.ComponentChildren, string?][] = [
    ["Profile", <Profile {...given} />, fixes ? `${fixes} to fix` : ""],
    ["Target", <Target {...given} />],
    ["Split", <Split {...given} />],
    ["Features", <Features {...given} />],
    ["Algorithms", <Algorithms {...given} />],
    ["Parameters", <Params {...given} />],
    ["Train", <Train {...given} />],
    ["Evaluate", <Evaluate {...given} />],
    ["Explain", <Explain {...given} explained={explained} kernel={kernel} />],
    ["Ship", <Ship {...given} />],
  ];
  const toggle = (name: string) => unfold((now) => {
    const next = new Set(now);
    return next.delete(name) ? next : next.add(name);
  });
  return (
    <div class="syn-bw">
      <style>{STYLE}</style>
      <p class="syn-title"><b>Model builder</b> <span class="syn-dim">{all.frame}{all.rows === null ? "" : `, ${all.rows.toLocaleString()} rows`}{busy ? ` \u00b7 ${busy}` : ""}</span> {busy ? <button type="button" class="syn-button" onClick={stop}>Stop</button> : null}</p>
      <p class="syn-b-said" role="alert">{said}</p>
      <div class="syn-b-panes">
        <div>
          {bodies.map(([name, body, mark], i) => (
            <Section key={name} number={i + 1} name={name} summary={all.summaries[name] ?? ""} mark={mark} open={open.has(name)} toggle={() => toggle(name)}>{body}</Section>
          ))}
        </div>
        <Editor all={all} notice={notice} running={running} beside={sync.beside} edit={(text) => change("edit", { text })} undo={() => void change("undo", {})}
          run={() => void ask("run").catch(fail)} stop={stop} />
      </div>
    </div>
  );
}

// What was told, without what is read from a text that is past.
function newer(told: Partial<All>, version: number): Partial<All> {
  if (told.version === undefined || told.version >= version) return told;
  return Object.fromEntries(Object.entries(told).filter(([name]) => !READ.includes(name)));
}
