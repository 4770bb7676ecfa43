// How numbers are written; the Python side writes them alike (views/words.py, views/scale.py).
import type { Model } from "./model";

const MINUS = "\u2212";

export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "missing";
  if (!Number.isFinite(value)) return (value < 0 ? MINUS : "") + "\u221e";
  if (value === 0) return "0";
  const size = Math.abs(value);
  let words: string;
  if (size >= 1e12 || size < 1e-4) {
    const [head, power] = value.toExponential(2).split("e");
    words = `${parseFloat(head)}e${parseInt(power, 10)}`;
  } else if (size >= 999.5 || Number.isInteger(value)) {
    words = whole(value, 0);
  } else {
    words = String(parseFloat(value.toPrecision(3)));
  }
  return words.replace(/-/g, MINUS);
}

export function signed(value: number): string {
  return (value > 0 ? "+" : "") + number(value);
}

export function share(part: number, whole: number): string {
  if (!whole) return "0 %";
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  if (percent >= 99.95 && part !== whole) return "> 99.9 %";
  return `${parseFloat(percent.toPrecision(3))} %`;
}

export function rows(count: number): string {
  return `${whole(count)} row${count === 1 ? "" : "s"}`;
}

export function whole(count: number, digits = 3): string {
  return count.toLocaleString("en-US", { maximumFractionDigits: digits });
}

// The rows a view stands on, and of how many they were drawn.
export function sample(model: Model): string {
  const [some, total] = [model.get("rows") as number, model.get("rowsTotal") as number];
  return rows(some) + (total > some ? ` of ${whole(total)}` : "");
}

// The range of some numbers, widened where it is a point.
export function extent(values: number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2] : [low, high];
}

export interface Scale {
  (value: number): number;
  low: number;
  high: number;
  start: number;
  end: number;
  invert(place: number): number;
}

export function scale(low: number, high: number, start: number, end: number): Scale {
  const span = high - low || 1;
  const place = (value: number) => start + ((value - low) / span) * (end - start);
  return Object.assign(place, {
    low,
    high,
    start,
    end,
    invert: (at: number) => low + ((at - start) / (end - start || 1)) * span,
  });
}

export function ticks(low: number, high: number, about: number): number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / Math.max(about, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5].map((m) => m * power).find((s) => s >= raw * 0.999) ?? power * 10;
  const found: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) {
    found.push(parseFloat((i * step).toPrecision(12)) + 0);
  }
  return found;
}

// How many of so many to show, for a picker: the last choice is all that the view holds.
export function tops(steps: number[], held: number, all = held): [number, string][] {
  const few = steps.filter((n) => n < held).map((n): [number, string] => [n, String(n)]);
  return [...few, [held, held === all ? "all" : String(held)]];
}
