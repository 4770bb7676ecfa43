// What the kernel says of the dashboard and its cohorts.
import type { Kernel } from "../live/kernel";

export interface Condition {
  column: string;
  operation: string;
  values: (number | string | null)[];
}

// A cohort to be made: of conditions, or of one that was typed.
export interface Making {
  conditions?: Condition[];
  joined?: string;
  typed?: string;
  name?: string;
  within?: string;
}

export interface Cohort {
  name: string;
  words: string;
  rows: number;
  share: string;
  score: number | null;
  metrics: Record<string, number | null>;
  where: string;
  code: string;
  refused: string; // why Spark cannot be asked for it; empty where it can
}

export interface Opened {
  title: string;
  task: "binary" | "multiclass" | "regression";
  positive: string;
  rows: number;
  explained: number;
  total: number;
  columns: string[];
  numbers: string[];
  judged: boolean;
  whatIf: string; // why no row can be asked about; empty where it can
  compares: boolean;
  keys: string[]; // columns by which rows are looked for among all rows
  cohorts: Cohort[];
  chosen: string;
  first: number; // its first row
  undoable: boolean;
  redoable: boolean;
}

// A row that a search found: of which search, and which of its rows.
export interface FoundRow {
  number: number;
  row: number;
  words: string;
}

// What every tab is given.
export interface Tab {
  kernel: Kernel;
  opened: Opened;
  cohort: string;
  against: string;
  brush(conditions: Condition[], name?: string): void; // makes a cohort within the chosen one
  place: number; // the row of What if
  ask(place: number): void; // opens another one
  found: FoundRow | null; // the row of What if where it was found among all rows
  askFound(row: FoundRow): void; // opens such a one
}
