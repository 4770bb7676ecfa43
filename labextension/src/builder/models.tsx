// Algorithms, and their params with controls that follow from how the stages are declared.
import { useEffect, useState } from "preact/hooks";
import { Box, Choices, Field, NumberBox, walk } from "./parts";
import { setting, type Card, type Change, type Given, type Setting, type Step } from "./state";

export function Algorithms({ all, click }: Given) {
  const ticked = new Set(all.form.steps.filter((step) => step.role === "algorithm").map((step) => step.stage));
  const known = new Set(all.offered.map((one) => one.name));
  const mine = all.form.steps.filter((step) => step.role === "algorithm" && !known.has(step.stage)).map((step) => ({ name: step.stage, doc: step.doc, two: false }));
  return (
    <div>
      <div class="syn-controls">
        <Choices label="What is trained" value={all.form.verb} all={[["train", "One model"], ["tune", "Search the best"]] as const} set={(verb) => click({ op: "verb", verb })} />
        {all.form.verb === "tune" ? Object.entries(all.options).filter(([, one]) => !one.train).filter(([name]) => name !== "metric").map(([name, one]) => (
          <Field key={name} name={name} doc={one.doc}>
            {one.choices.length ? (
              <select value={String(setting(all, name)?.value ?? one.default)} onChange={(event) => click({ op: "option", name, text: `'${event.currentTarget.value}'` })}>
                {one.choices.map((choice) => <option key={choice}>{choice}</option>)}
              </select>
            ) : <Box label={name} hint={String(one.default ?? "")} value={setting(all, name)?.text ?? ""} set={(text) => click({ op: "option", name, text })} />}
          </Field>
        )) : null}
      </div>
      <div class="syn-b-cards">
        {[...all.offered, ...mine].map((one) => (
          <label key={one.name} class={"syn-b-card" + (ticked.has(one.name) ? " syn-b-on" : "")}>
            <input type="checkbox" checked={ticked.has(one.name)} onChange={(event) => click({ op: "algorithm", name: one.name, on: event.currentTarget.checked })} />
            <span><b>{one.name}</b><small>{one.doc}{one.two ? " Two classes only." : ""}</small></span>
          </label>
        ))}
      </div>
      {ticked.size > 1 ? <p class="syn-note">Several algorithms are compared on the same parts of the rows.</p> : null}
    </div>
  );
}

const LEVELS = [["critical", "What matters most"], ["more", "More"], ["expert", "All"]] as const;
type Level = (typeof LEVELS)[number][0];

export function Params(given: Given) {
  const { all, ask, say } = given;
  const steps = all.form.steps.filter((step) => step.role !== "step");
  const [at, turn] = useState(0);
  const [level, choose] = useState<Level>("critical");
  const [sought, seek] = useState("");
  const [cards, keep] = useState<Record<string, Card[]>>({});
  const order = [...steps.filter((step) => step.role === "algorithm"), ...steps.filter((step) => step.role === "features")];
  const place = Math.min(at, order.length - 1);
  const step = order[place];
  useEffect(() => {
    if (!step || cards[step.stage]) return;
    ask("cards", { stage: step.stage }).then((told) => keep((now) => ({ ...now, [step.stage]: told.cards as Card[] })), (error: Error) => say(error.message));
  }, [step?.stage]);
  if (!step) return <p class="syn-note">Tick an algorithm first.</p>;
  const written = new Map(step.params.map((param) => [param.name, param]));
  const words = sought.toLowerCase();
  const reach = LEVELS.findIndex(([name]) => name === level);
  const shown = (cards[step.stage] ?? []).filter((card) => words ? (card.name + " " + card.doc).toLowerCase().includes(words) : written.has(card.name) || LEVELS.findIndex(([name]) => name === card.level) <= reach);
  return (
    <div>
      <div class="syn-tabs" role="tablist" aria-label="Params of" onKeyDown={(event) => walk(event, order.length, place, turn)}>
        {order.map((one, i) => <button type="button" role="tab" key={one.index} class="syn-tab" aria-selected={one === step} tabIndex={one === step ? 0 : -1} onClick={() => turn(i)}>{one.stage}</button>)}
      </div>
      <div role="tabpanel" aria-label={step.stage}>
        <div class="syn-controls syn-b-space">
          <Choices label="How many params" value={level} all={LEVELS} set={(one) => choose(one)} />
          <input class="syn-b-wide" type="search" aria-label="Find a param" placeholder={`Find among ${(cards[step.stage] ?? []).length} params`} value={sought} onInput={(event) => seek(event.currentTarget.value)} />
        </div>
        <div>
          {shown.map((card) => <Param key={step.stage + card.name} card={card} step={step} now={written.get(card.name)} click={given.click} soon={given.soon} searches={step.role === "algorithm"} />)}
          {cards[step.stage] ? null : <p class="syn-note">Asking for the params.</p>}
        </div>
      </div>
    </div>
  );
}

type Mode = "default" | "value" | "list" | "range";

function Param(given: { card: Card; step: Step; now?: Setting; searches: boolean; click(change: Change): void; soon(change: Change): void }) {
  const { card, now, step } = given;
  const [wanted, want] = useState(false);
  const mode = !now ? (wanted ? "value" : "default") : now.mode === "variable" || now.mode === "code" ? "value" : now.mode;
  const change = { op: "param", step: step.index, name: card.name };
  const number = card.control === "int" || card.control === "float";
  const few = card.control === "bool" || card.choices.length > 0;
  // What a param is locked to at first; where no plain value makes sense, it is asked for.
  const plain = number || few || (card.control === "text" && !!card.default);
  const modes: [Mode, string][] = [["default", "Default"], ["value", "Lock"]];
  if (given.searches && (plain || card.space?.values)) modes.push(["list", "Try list"]);
  if (given.searches && number) modes.push(["range", "Range"]);
  const space = card.space;
  const start = card.default ?? space?.low ?? space?.values?.[0] ?? card.choices[0] ?? (number ? Math.max(card.low ?? 1, 1) : "");
  const enter = (next: Mode) => {
    want(next === "value" && !now && !plain);
    if (next === "default") now && given.click({ ...change, mode: "default" });
    else if (next === "value") (now || plain) && given.click({ ...change, value: (now?.mode === "list" ? (now.value as unknown[])[0] : now?.low) ?? start });
    else if (next === "list") given.click({ ...change, mode: "list", values: space?.values ?? spread(space?.low, space?.high, space?.log, card.control === "int") ?? [start] });
    else given.click({ ...change, mode: "range", low: space?.low ?? start, high: space?.high ?? Number(start) * 2 + 1, log: space?.log ?? false });
  };
  return (
    <div class={"syn-b-param" + (now || wanted ? " syn-b-on" : "")}>
      <span class="syn-b-doc"><b>{card.name}</b> <small>{card.doc} <i>{card.expected}{card.shown ? `, default ${card.shown}` : ""}</i></small></span>
      <Choices label={`How ${card.name} is set`} value={mode} all={modes} set={enter} />
      <span class="syn-b-set">{now ? <Control {...given} now={now} change={change} /> : wanted ? <Box wide needed label={`Value of ${card.name}`} hint={`as Python: ${card.expected}`} value="" set={(text) => given.click({ ...change, text })} /> : <span class="syn-dim">{card.shown || "not set"}</span>}</span>
    </div>
  );
}

// Three values that lie well in a space, for a list to begin with.
function spread(low?: number, high?: number, log?: boolean, whole?: boolean): number[] | null {
  if (low === undefined || high === undefined) return null;
  const middle = log ? Math.sqrt(low * high) : (low + high) / 2;
  return [low, whole ? Math.round(middle) : Number(middle.toPrecision(3)), high];
}

function Control(given: { card: Card; now: Setting; change: Change; click(change: Change): void; soon(change: Change): void }) {
  const { card, now, change, click } = given;
  const label = `Value of ${card.name}`;
  if (now.mode === "range") {
    const range = { ...change, mode: "range", low: now.low, high: now.high, log: now.log };
    return (
      <span class="syn-b-ends">
        <NumberBox label={`Least ${card.name}`} value={now.low ?? ""} set={(low) => click({ ...range, low })} />
        <span class="syn-dim">to</span>
        <NumberBox label={`Largest ${card.name}`} value={now.high ?? ""} set={(high) => click({ ...range, high })} />
        <label class="syn-control"><input type="checkbox" checked={now.log} onChange={(event) => click({ ...range, log: event.currentTarget.checked })} /> log</label>
      </span>
    );
  }
  // As it is written: what is no single value is nothing that a form should take apart.
  if (now.mode === "list") return <Box wide needed label={`Values of ${card.name} to try`} value={listed(now.text)} set={(text) => click({ ...change, mode: "list", text })} />;
  const written = <Box wide needed label={label} value={now.text} set={(text) => click({ ...change, text })} />;
  if (now.mode !== "value") return written;
  if (card.control === "bool") {
    return <Choices label={label} value={String(now.value)} all={[["true", "True"], ["false", "False"]] as const} set={(value) => click({ ...change, value: value === "true" })} />;
  }
  if (card.choices.length) {
    return (
      <select aria-label={label} value={String(now.value)} onChange={(event) => click({ ...change, value: card.choices[event.currentTarget.selectedIndex] })}>
        {card.choices.map((choice) => <option key={String(choice)} value={String(choice)}>{String(choice)}</option>)}
      </select>
    );
  }
  if ((card.control === "int" || card.control === "float") && typeof now.value === "number") {
    const ends = card.space;
    return (
      <span class="syn-b-ends">
        <NumberBox label={label} value={now.value} set={(value) => click({ ...change, value })} />
        {ends?.low !== undefined && ends.high !== undefined ? <Slider label={label} low={ends.low} high={ends.high} log={!!ends.log} whole={card.control === "int"} value={now.value} set={(value) => given.soon({ ...change, value })} /> : null}
      </span>
    );
  }
  return written;
}

// The values between the brackets of Choice(...), on one line.
function listed(text: string): string {
  return text.replace(/^Choice\(\s*/, "").replace(/,?\s*\)$/, "").replace(/\s*\n\s*/g, " ");
}

function Slider(given: { label: string; low: number; high: number; log: boolean; whole: boolean; value: number; set(value: number): void }) {
  const { low, high, log } = given;
  const place = (value: number) => (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  const back = (part: number) => {
    const value = log ? low * (high / low) ** part : low + part * (high - low);
    return given.whole ? Math.round(value) : Number(value.toPrecision(3));
  };
  return <input type="range" min="0" max="1" step="0.01" aria-label={given.label} aria-valuetext={String(given.value)} value={Math.min(1, Math.max(0, place(given.value)))} onInput={(event) => given.set(back(Number(event.currentTarget.value)))} />;
}
