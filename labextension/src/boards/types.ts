// What the kernel says of explained texts and images.
import type { Opened } from "../dashboard/types";

export interface PartsOpened extends Opened {
  outputs: string[];
  scale: string;
  mapped?: boolean; // whether texts have a place on a map
}

// One text as a line of a page.
export interface Line extends Judged {
  runs: Run[];
  more: boolean;
  words: number;
}

// What was predicted for a row, and what is true of it, in words.
export interface Judged {
  place: number;
  score: string;
  predicted: string;
  label: string;
  judged: boolean;
  wrong: boolean;
  error: string;
}

// Letters, their strength from -4 to 4, what they add, and which word they are, -1 for none.
export type Run = [words: string, level: number, value: number, token: number];

export interface Said {
  scores: number[];
  outputs: string[];
  milliseconds: number;
}
