// What the kernel tells of a cell and its form. The text is all the state there is: everything here
// is read from it, and every click is a change of it that the kernel writes.

export type Change = Record<string, unknown> & { op: string };

export interface Setting {
  name: string;
  text: string;
  mode: "value" | "list" | "range" | "variable" | "code";
  value: unknown;
  low: number | null;
  high: number | null;
  log: boolean;
  line: number;
}

export interface Step {
  index: number;
  stage: string;
  doc: string;
  role: "features" | "algorithm" | "step";
  target: string;
  columns: string[];
  fixed: string[];
  params: Setting[];
  line: number;
}

export interface Form {
  verb: "train" | "tune";
  frame: string;
  output: string;
  target: string;
  split: { kind: "none" | "share" | "condition" | "variable"; train: number | null; text: string };
  settings: Setting[];
  steps: Step[];
  columns: string[];
  weight: string; // the column that says how much rows count, empty without one
  roles: { key: string[]; time: string[]; group: string[] };
}

export interface Guardrail {
  kind: string;
  column: string;
  sentence: string;
  advice: string;
  fix: Change | null;
}

export interface Cell {
  version: number;
  text: string;
  problem: { sentence: string; line: number; column: number } | null;
  undoable: boolean;
  form: Form;
  summaries: Record<string, string>;
  guardrails: Guardrail[];
}

export interface Column {
  name: string;
  type: string;
  kind: string;
  missing?: number;
  distinct?: number | null;
  facts?: string;
  levels?: [string, number][];
}

export interface Look {
  rows: number | null;
  task: string;
  reason: string;
  sampled: number;
  target: string;
  first: string; // the first rows as a table, empty before they are there
  columns: Column[];
  bars: { data: Uint8Array; shape: number[] };
  offered: { name: string; doc: string; two: boolean }[];
}

export interface OptionDoc {
  doc: string;
  expected: string;
  choices: string[];
  default: number | string | null;
  train: boolean;
}

export interface Card {
  name: string;
  doc: string;
  expected: string;
  control: "int" | "float" | "bool" | "choice" | "text" | "code";
  level: "critical" | "more" | "expert";
  default: unknown;
  shown: string;
  low: number | null;
  high: number | null;
  above: number | null;
  choices: unknown[];
  space: { low?: number; high?: number; log?: boolean; values?: unknown[] } | null;
}

export interface Trial {
  number: number;
  model: string;
  params: Record<string, unknown>;
  state: string;
  metric: number | null;
  parts: (number | null)[];
  seconds: number;
  iterations: number;
  error: string;
}

export interface Board {
  metric: string;
  larger: boolean;
  planned: number;
  finished: number;
  trials: Trial[];
}

export interface Run {
  number: number;
  state: "running" | "done" | "failed" | "stopped";
  error: string;
  seconds: number;
  text: string;
  iteration: [number, number, string] | null;
  spark: [number, number, string] | null;
  curve: Record<string, [number, number | null][]>; // after which iteration, and what
  board: Board | null;
  metrics: Record<string, number | null>;
  ready: boolean;
  rows: number | null;
}

// A run that was explained, and which dashboard it has.
export interface Explained {
  run: number;
  board: "dashboard" | "texts" | "images";
}

export interface All extends Cell, Look {
  frame: string;
  options: Record<string, OptionDoc>;
  runs: Run[];
}

// What a step of the form is given: all that is known, and what it can do.
export interface Given {
  all: All;
  click(change: Change): void;
  soon(change: Change): void;
  ask(question: string, given?: Record<string, unknown>): Promise<Record<string, unknown>>;
  say(words: string): void;
  busy: string;
}

export function setting(all: All, name: string): Setting | undefined {
  return all.form.settings.find((one) => one.name === name);
}

// What a column is: target, key, time, group, weight, feature, or nothing.
export function roleOf(name: string, form: Form, chosen: ReadonlySet<string>): string {
  if (name === form.target) return "target";
  const given = Object.entries(form.roles).find(([, names]) => names.includes(name));
  return given?.[0] ?? (name === form.weight ? "weight" : chosen.has(name) ? "feature" : "");
}
