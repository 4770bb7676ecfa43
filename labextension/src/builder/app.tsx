// The builder: ten steps beside the text of a cell.
import { render } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Kernel } from "../live/kernel";
import { Editor } from "./editor";
import { Algorithms, Params } from "./models";
import { Section } from "./parts";
import { Evaluate, Explain, Ship, Train, latest } from "./runs";
import { Features, Profile, Split, Target } from "./steps";
import { STYLE } from "./style";
import type { All, Change, Given, Run } from "./state";

const PAUSE = 180;

export function builder(el: HTMLElement, kernel: Kernel): () => void {
  render(<Builder kernel={kernel} />, el);
  return () => render(null, el);
}

function Builder({ kernel }: { kernel: Kernel }) {
  const [all, keep] = useState<All | null>(null);
  const [said, say] = useState("");
  const [busy, occupy] = useState("");
  const [explained, explain] = useState("");
  const [open, unfold] = useState<Set<string>>(new Set(["Target"]));
  const later = useRef(0);
  const asked = useRef(0);
  const merge = (told: object) => keep((now) => ({ ...(now as All), ...told }));

  const ask = useCallback(async (question: string, given: Record<string, unknown> = {}) => {
    say("");
    const told = await kernel.ask(question, given);
    if (question === "look" || question === "first") occupy("Spark is looking at the data");
    if (question === "explain") occupy("Explaining");
    if (question === "run") {
      addRun(told.run as Run);
      unfold((now) => new Set([...now, "Train"]));
    }
    return told;
  }, []);

  const addRun = (run: Run) => keep((now) => now && { ...now, runs: [...now.runs.filter((one) => one.number !== run.number), run].sort((a, b) => a.number - b.number) });

  // Only the answer to the last question is taken: those before are of texts that are past.
  const change = async (question: string, given: Record<string, unknown>) => {
    const mine = ++asked.current;
    try {
      const told = await ask(question, given);
      if (mine === asked.current) merge(told);
    } catch (error) {
      say((error as Error).message);
    }
  };
  const click = (one: Change) => void change("click", { change: one });
  const soon = (one: Change) => {
    clearTimeout(later.current);
    later.current = window.setTimeout(() => click(one), PAUSE);
  };

  useEffect(() => {
    const ends = [
      kernel.hear("run", (told) => {
        addRun(told.run as Run);
        merge({ summaries: told.summaries });
        if ((told.run as Run).state === "done") unfold((now) => new Set([...now, "Evaluate"]));
      }),
      kernel.hear("looked", (told) => {
        occupy("");
        if (told.error) say(told.error as string);
        else merge(told);
      }),
      kernel.hear("explained", (told) => {
        occupy("");
        if (told.error) say(told.error as string);
        else explain(told.html as string);
      }),
    ];
    kernel.ask("open").then(
      (told) => {
        keep(told as unknown as All);
        if (told.rows === null) void ask("look").catch((error: Error) => say(error.message));
      },
      (error: Error) => say(error.message),
    );
    return () => ends.forEach((end) => end());
  }, []);

  const target = all?.form.target ?? "";
  useEffect(() => {
    if (all && all.rows !== null && target && target !== all.target && !busy) void ask("look").catch((error: Error) => say(error.message));
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
    ["Explain", <Explain {...given} explained={explained} />],
    ["Ship", <Ship {...given} />],
  ];
  const toggle = (name: string) => unfold((now) => {
    const next = new Set(now);
    return next.delete(name) ? next : next.add(name);
  });
  return (
    <div class="syn-bw">
      <style>{STYLE}</style>
      <p class="syn-title"><b>Model builder</b> <span class="syn-dim">{all.frame}{all.rows === null ? "" : `, ${all.rows.toLocaleString()} rows`}{busy ? ` \u00b7 ${busy}` : ""}</span></p>
      <p class="syn-b-said" role="alert">{said}</p>
      <div class="syn-b-panes">
        <div>
          {bodies.map(([name, body, mark], i) => (
            <Section key={name} number={i + 1} name={name} summary={all.summaries[name] ?? ""} mark={mark} open={open.has(name)} toggle={() => toggle(name)}>{body}</Section>
          ))}
        </div>
        <Editor all={all} running={running} edit={(text) => change("edit", { text })} undo={() => void change("undo", {})}
          run={() => void ask("run").catch((error: Error) => say(error.message))} stop={() => void ask("stop").catch((error: Error) => say(error.message))} />
      </div>
    </div>
  );
}
