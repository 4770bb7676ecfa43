// How numbers are written; the Python side writes them alike (views/words.py, views/scale.py).

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
    words = value.toLocaleString("en-US", { maximumFractionDigits: 0 });
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
  return `${count.toLocaleString("en-US")} row${count === 1 ? "" : "s"}`;
}

export interface Scale {
  (value: number): number;
  low: number;
  high: number;
  invert(place: number): number;
}

export function scale(low: number, high: number, start: number, end: number): Scale {
  const span = high - low || 1;
  const place = (value: number) => start + ((value - low) / span) * (end - start);
  return Object.assign(place, {
    low,
    high,
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
