// What a threshold makes of the rows whose scores a histogram holds.
import type { Tensor } from "../model";

export interface Cut {
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

const ROUNDED = 1e-9; // of a bin, as the kernel rounds scores

export function cut(counts: Tensor, threshold: number): Cut {
  const bins = counts.shape[1];
  const from = Math.floor(threshold * bins + ROUNDED);
  const found = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (let i = 0; i < bins; i++) {
    found[i >= from ? "fp" : "tn"] += counts.data[i];
    found[i >= from ? "tp" : "fn"] += counts.data[bins + i];
  }
  return found;
}

export function profit(found: Cut, worth: Cut): number {
  return found.tp * worth.tp + found.fp * worth.fp + found.fn * worth.fn + found.tn * worth.tn;
}

export function over(part: number, all: number): number | null {
  return all ? part / all : null;
}
