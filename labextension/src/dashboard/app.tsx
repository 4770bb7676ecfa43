// The dashboard: one bar of cohorts over tabs, each asked of the kernel when it is looked at.
import { render, type ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Kernel } from "../live/kernel";
import type { Mount } from "../live/host";
import { whole } from "../words";
import { Cohorts } from "./cohorts";
import { Compare } from "./compare";
import { Errors } from "./errors";
import { Features } from "./features";
import { Interactions } from "./interactions";
import { Meant, Shown } from "./hooks";
import { Overview } from "./overview";
import { Quality } from "./quality";
import { Rows } from "./rows";
import { STYLE } from "./style";
import { Thresholds } from "./thresholds";
import type { FoundRow, Making, Opened, Tab } from "./types";
import { WhatIf } from "./whatif";

// Name, content, and when it is there.
export type Tabs = [string, ComponentType<Tab>, (opened: Opened) => boolean][];

const TABS: Tabs = [
  ["Overview", Overview, () => true],
  ["Errors", Errors, (opened) => opened.judged],
  ["Features", Features, () => true],
  ["Interactions", Interactions, () => true],
  ["Rows", Rows, () => true],
  ["What if", WhatIf, () => true],
  ["Thresholds", Thresholds, (opened) => opened.judged && opened.task === "binary"],
  ["Quality", Quality, () => true],
  ["Compare", Compare, (opened) => opened.compares],
];

export const dashboard: Mount = (el, kernel) => mounted(el, kernel, TABS);

// The same bar of cohorts over any tabs, with a stylesheet of their own.
export function mounted(el: HTMLElement, kernel: Kernel, all: Tabs, style = ""): () => void {
  render(<App kernel={kernel} all={all} style={style} />, el);
  return () => render(null, el);
}

function App({ kernel, all, style }: { kernel: Kernel; all: Tabs; style: string }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [failed, setFailed] = useState("");
  const [against, setAgainst] = useState("");
  const [tab, setTab] = useState("Overview");
  const [seen, setSeen] = useState<string[]>(["Overview"]); // tabs stay as they were left
  const [place, setPlace] = useState<number | null>(null); // none before What if is opened
  const [found, setFound] = useState<FoundRow | null>(null);
  const fail = (error: Error) => setFailed(error.message);
  useEffect(() => {
    kernel.ask("open").then((answer) => setOpened(answer as unknown as Opened), fail);
  }, []);
  if (!opened) return <p class="syn-note" role="status">{failed || "Opening the dashboard…"}</p>;
  const change = (question: string, given: Record<string, unknown>) =>
    kernel.ask(question, given).then((answer) => {
      setOpened((now) => ({ ...now!, ...(answer as Partial<Opened>) }));
      setFailed("");
    });
  const other = opened.cohorts.some((one) => one.name === against) ? against : opened.cohorts[0].name;
  const make = (given: Making) => change("add", { ...given }).then(() => "", (error: Error) => error.message);
  const where = (name: string) => opened.cohorts.find((one) => one.name === name)?.where ?? "";
  const meant = { cohort: where(opened.chosen), against: where(other) };
  const tabs = all.filter(([, , there]) => there(opened));
  const open = (name: string) => {
    setTab(name);
    if (name === "What if") setPlace((before) => before ?? opened.first);
    setSeen((before) => (before.includes(name) ? before : [...before, name]));
  };
  return (
    <>
      <style>{STYLE + style}</style>
      <p class="syn-title sd-top"><b>{opened.title}</b> <span class="syn-dim">{shown(opened)}</span></p>
      <Cohorts kernel={kernel} opened={opened} against={other} setAgainst={setAgainst} choose={(cohort) => void change("choose", { cohort }).catch(fail)} remove={(cohort) => void change("remove", { cohort }).catch(fail)} back={(step) => void change(step, {}).catch(fail)} make={make} />
      {failed && <p class="syn-note" role="alert">{failed}</p>}
      <div class="syn-tabs" role="tablist" aria-label="Dashboard" onKeyDown={(event) => walk(event, tabs.map(([name]) => name), tab, open)}>
        {tabs.map(([name]) => <button type="button" key={name} role="tab" class="syn-tab" data-tab={name} data-alone={seen.includes(name) || undefined} aria-selected={name === tab} tabIndex={name === tab ? 0 : -1} onClick={() => open(name)}>{name}</button>)}
      </div>
      {tabs.filter(([name]) => seen.includes(name)).map(([name, Content]) => (
        <div key={name} role="tabpanel" aria-label={name} class="sd-panel" hidden={name !== tab}>
          <Meant.Provider value={meant}><Shown.Provider value={name === tab}>
            <Content kernel={kernel} opened={opened} cohort={opened.chosen} against={other} place={place ?? opened.first}
              brush={(conditions, name) => void make({ conditions, name, within: opened.chosen }).then(setFailed)}
              ask={(row) => (setPlace(row), setFound(null), open("What if"))} found={found} askFound={(row) => (setFound(row), open("What if"))} />
          </Shown.Provider></Meant.Provider>
        </div>
      ))}
    </>
  );
}

function shown(opened: Opened): string {
  const sampled = opened.rows < opened.explained ? `; filters look at ${whole(opened.rows)} of them, drawn at random` : "";
  const drawn = opened.explained < opened.total ? `of a frame of ${whole(opened.total)}` : "";
  return drawn + sampled;
}

function walk(event: KeyboardEvent, names: string[], tab: string, open: (name: string) => void): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const to = names[(names.indexOf(tab) + step + names.length) % names.length];
  open(to);
  (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-tab="${to}"]`)?.focus();
}
