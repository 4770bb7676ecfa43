// What the kernel tells and answers; written by synapse_magic/notebook/lab.

export interface SparkSession {
  name: string;
  master: string;
  owned: boolean;
  api: string;
  version: string;
  slots: number;
  ui: string | null;
  app: string;
  alive: boolean;
  jobs: number | null;
  heap: [number, number] | null;
  cached: number | null;
}

export interface Stage {
  id: number;
  name: string;
  done: number;
  total: number;
}

export interface Run {
  id: string;
  description: string;
  seconds: number;
  jobs: number;
  done: number;
  total: number;
  stages: Stage[];
  stopping: boolean;
}

export interface Frame {
  name: string;
  cached: boolean;
}

export interface Model {
  name: string;
  type: string;
  stages: string[];
  verb: string;
  held_out: boolean;
}

/** What Spark keeps: a variable's frame, a table, or a frame that no variable holds. */
export interface Cached {
  name: string;
  kind: 'frame' | 'table' | 'plan';
  rows: number | null;
  level: string;
  memory: number;
  disk: number;
  parts: number;
  of: number;
}

export interface SavedModel {
  path: string;
  kind: string;
  saved: number;
  metric: string;
}

export interface State {
  magic: string;
  sessions: SparkSession[];
  runs: Run[];
  frames: Frame[];
  models: Model[];
  cached: { tables: Cached[]; told: string };
  saved: number; // when a model was saved last, 0 before
}

export interface Mark {
  line: number;
  column: number;
  length: number;
  severity: 'error' | 'warning' | 'info';
  message: string;
}

export interface Proposal {
  text: string;
  kind: string;
  start: number;
  doc: string;
}

/** What can be asked, by name: the arguments and the answer. */
export interface Questions {
  check: [{ text: string }, Mark[]];
  complete: [{ text: string; cursor: number }, Proposal[]];
  code: [{ text: string }, string];
  cancel: [{ run?: string; cell?: boolean }, number];
  saved: [{ folder: string }, { folder: string; models: SavedModel[] }];
  uncache: [{ name: string; kind: string }, string];
}
