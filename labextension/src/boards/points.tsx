// The points of a map on a canvas, which a pointer and arrow keys walk over.
import { useEffect, useRef, useState } from "preact/hooks";
import { watchTheme } from "../theme";
import { extent, scale, type Scale } from "../words";
import type { Form, Look } from "./looks";
import type { Found } from "./map";

export type Box = [left: number, right: number, low: number, high: number];

interface Given {
  found: Found;
  look: Look;
  here: number;
  go: (at: number) => void;
  open: (at: number) => void;
  brush: (box: Box) => void;
}

const EDGE = 12;
const NEAR = 14; // pixels from which on a pointer means no point
const MOVED = 5; // pixels from which on a press is a drag

export function Points({ found, look, here, go, open, brush }: Given) {
  const place = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<[number, number]>([0, 0]);
  const [drag, setDrag] = useState<[number, number, number, number] | null>(null);
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const canvas = place.current;
    if (!canvas) return;
    const measure = () => canvas.clientWidth && setSize([canvas.clientWidth, Math.round(Math.min(460, Math.max(240, 0.58 * canvas.clientWidth)))]);
    const observer = new ResizeObserver(measure);
    observer.observe(canvas);
    measure();
    const stop = watchTheme(canvas.closest<HTMLElement>(".syn-view") ?? canvas, () => setTheme((now) => now + 1));
    return () => (observer.disconnect(), stop());
  }, []);
  const [wide, high] = size;
  const axis = (own: ArrayLike<number>, start: number, end: number) => scale(...extent(Array.from(own)), start, end);
  const across = axis(found.across.data, EDGE, wide - EDGE);
  const up = axis(found.up.data, high - EDGE, EDGE);
  useEffect(() => {
    if (place.current && wide) draw(place.current, found, look, across, up, here);
  }, [found, look, here, size, theme]);

  const at = (event: PointerEvent): [number, number] => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const nearest = (x: number, y: number) => best(found, (i) => {
    const away = Math.hypot(across(found.across.data[i]) - x, up(found.up.data[i]) - y);
    return away > NEAR ? Infinity : away;
  });
  const down = (event: PointerEvent) => {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    setDrag([...at(event), ...at(event)]);
  };
  const move = (event: PointerEvent) => {
    if (drag) return setDrag([drag[0], drag[1], ...at(event)]);
    const one = nearest(...at(event));
    if (one >= 0) go(one); // else it stays: on the way to a button about it are none
  };
  const release = (event: PointerEvent) => {
    if (!drag) return;
    const [x, y] = at(event);
    setDrag(null);
    if (Math.hypot(x - drag[0], y - drag[1]) > MOVED) {
      const sides = [drag[0], x].sort((a, b) => a - b).map(across.invert);
      const ends = [drag[1], y].sort((a, b) => b - a).map(up.invert);
      return brush([sides[0], sides[1], ends[0], ends[1]]);
    }
    const one = nearest(x, y);
    if (one >= 0) (go(one), open(one));
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Enter" && here >= 0) open(here);
    if (!step) return;
    event.preventDefault();
    const next = here < 0 ? best(found, (i) => Math.hypot(across(found.across.data[i]) - wide / 2, up(found.up.data[i]) - high / 2)) : towards(found, across, up, here, step);
    if (next >= 0) go(next);
  };
  return (
    <div class="sb-map">
      <canvas ref={place} width={wide} height={high} style={{ height: `${high || 240}px` }} tabIndex={0} role="application" aria-label="Map of texts: arrow keys go from text to text, Enter opens one"
        onPointerDown={down} onPointerMove={move} onPointerUp={release} onPointerCancel={() => setDrag(null)} onKeyDown={press} />
      {drag && <div class="sb-brushed" style={box(drag)} />}
    </div>
  );
}

function box([x0, y0, x1, y1]: [number, number, number, number]) {
  return { left: `${Math.min(x0, x1)}px`, top: `${Math.min(y0, y1)}px`, width: `${Math.abs(x1 - x0)}px`, height: `${Math.abs(y1 - y0)}px` };
}

// The point of the cohort for which something is least, -1 where it is infinite for all.
function best(found: Found, measure: (at: number) => number): number {
  let [one, least] = [-1, Infinity];
  for (let i = 0; i < found.places.data.length; i++) {
    const own = found.inside.data[i] ? measure(i) : Infinity;
    if (own < least) [one, least] = [i, own];
  }
  return one;
}

// The next point in a direction: what lies aside of it counts twice.
function towards(found: Found, across: Scale, up: Scale, from: number, [x, y]: number[]): number {
  return best(found, (i) => {
    const [right, below] = [across(found.across.data[i]) - across(found.across.data[from]), up(found.up.data[i]) - up(found.up.data[from])];
    const ahead = right * x + below * y;
    const aside = Math.abs(x ? below : right);
    return i === from || ahead <= 0 || aside > 2 * ahead ? Infinity : ahead + 2 * aside;
  });
}

function draw(canvas: HTMLCanvasElement, found: Found, look: Look, across: Scale, up: Scale, here: number): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const [wide, high] = [canvas.clientWidth, canvas.clientHeight];
  const fine = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(wide * fine), Math.round(high * fine)];
  pen.scale(fine, fine);
  const colour = getComputedStyle(canvas).color;
  const spot = (i: number): [number, number] => [across(found.across.data[i]), up(found.up.data[i])];
  const count = found.places.data.length;
  const reach = count > 1500 ? 2.5 : 3.5;
  for (let i = 0; i < count; i++) if (!found.inside.data[i]) mark(pen, "dot", colour, 0.25, ...spot(i), reach);
  for (let i = 0; i < count; i++) {
    const { form, colour } = look.of(i);
    if (found.inside.data[i]) mark(pen, form, colour, 0.85, ...spot(i), reach);
  }
  if (here < 0 || here >= count) return;
  pen.globalAlpha = 1;
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(...spot(here), reach + 5, 0, 2 * Math.PI);
  pen.stroke();
}

function mark(pen: CanvasRenderingContext2D, form: Form, colour: string, alpha: number, x: number, y: number, reach: number): void {
  pen.globalAlpha = alpha;
  pen.fillStyle = pen.strokeStyle = colour;
  pen.lineWidth = 1.8;
  pen.beginPath();
  if (form === "cross") {
    pen.moveTo(x - reach, y - reach);
    pen.lineTo(x + reach, y + reach);
    pen.moveTo(x + reach, y - reach);
    pen.lineTo(x - reach, y + reach);
    return pen.stroke();
  }
  if (form === "triangle") {
    pen.moveTo(x, y - reach - 1);
    pen.lineTo(x + reach + 1, y + reach);
    pen.lineTo(x - reach - 1, y + reach);
  } else if (form === "square") pen.rect(x - reach, y - reach, 2 * reach, 2 * reach);
  else pen.arc(x, y, form === "dot" ? 1.5 : reach, 0, 2 * Math.PI);
  pen.fill();
}
