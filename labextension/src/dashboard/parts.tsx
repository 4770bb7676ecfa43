// Small parts that several tabs share.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { StaticModel, type Model, type Payload, type Render, type Tensor } from "../model";
import { number, signed } from "../words";
import type { Answer } from "./hooks";
import type { Opened } from "./types";

// A view module of inline outputs, mounted inside a tab.
export function View({ render, payload, use }: { render: Render; payload: Payload; use?: (model: Model) => void }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const model = new StaticModel(payload);
    use?.(model);
    return render({ model, el: place.current });
  }, [payload]);
  return <div ref={place} />;
}

// What was asked for, or that it is on its way, or why it did not come.
export function Answered<T>({ from, children }: { from: Answer<T>; children: (answer: T) => ComponentChildren }) {
  if (from.error) return <p class="syn-note" role="alert">{from.error}</p>;
  if (!from.answer) return <p class="syn-note">…</p>;
  return <div class={from.busy ? "sd-busy" : ""} aria-busy={from.busy}>{children(from.answer)}</div>;
}

// To the first row of the chosen cohort, where that is not all rows and another one is there.
export function ToFirst({ opened, at, set }: { opened: Opened; at: number | null; set: (place: number) => void }) {
  if (opened.chosen === opened.cohorts[0].name || at === opened.first) return null;
  return <button type="button" class="syn-button" onClick={() => set(opened.first)}>first of the cohort</button>;
}

export function Title({ children, note }: { children: ComponentChildren; note?: string }) {
  return (
    <>
      <p class="syn-title"><b>{children}</b></p>
      {note && <p class="syn-note sd-under">{note}</p>}
    </>
  );
}

// A text to copy or to keep as a file.
export function TakeAway({ what, text, name }: { what: string; text: string; name?: string }) {
  const [said, setSaid] = useState("");
  const copy = () => navigator.clipboard.writeText(text).then(() => setSaid(`${what} copied`), () => setSaid("The browser does not let this page copy; the text is below."));
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = name ?? "";
    link.click();
    URL.revokeObjectURL(link.href);
    setSaid(`saved as ${name}`);
  };
  return (
    <div class="sd-text" data-alone>
      <p><button type="button" class="syn-button" onClick={() => void copy()}>copy {what}</button> {name && <button type="button" class="syn-button" onClick={save}>save as a file</button>} <span role="status">{said}</span></p>
      <pre tabIndex={0} aria-label={what}>{text}</pre>
    </div>
  );
}

// HTML that the kernel drew, in which all words of the user are escaped.
export function Drawn({ html }: { html: string }) {
  return <div dangerouslySetInnerHTML={{ __html: html }} />;
}

export function Pick({ label, options, value, set, none, more = [] }: { label: string; options: string[]; value: string; set: (value: string) => void; none?: string; more?: [string, string][] }) {
  return (
    <label class="syn-control">
      <span>{label}</span>
      <select value={value} onChange={(event) => set(event.currentTarget.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {more.map(([one, words]) => <option value={one} key={one}>{words}</option>)}
        {options.map((one) => <option value={one} key={one}>{one}</option>)}
      </select>
    </label>
  );
}

const FILLS = ["", "sd-wrong", "sd-light"];

// Rows by score; where there are kinds of rows, those of each on top of the ones before.
export function Histogram({ counts, low, high, words, kinds = [], brushed, brush }: { counts: Tensor; low: number; high: number; words: string; kinds?: string[]; brushed?: [number, number] | null; brush?: (ends: [number, number]) => void }) {
  const began = useRef<number | null>(null);
  const bins = counts.shape[counts.shape.length - 1];
  const sides = Array.from({ length: counts.data.length / bins }, (_, kind) => ({ own: Array.from(counts.data.slice(kind * bins, (kind + 1) * bins)), fill: FILLS[kind], name: kinds[kind] ?? "rows" })).filter(({ own }, kind) => kind < 2 || own.some(Boolean));
  const heights = Array.from({ length: bins }, (_, bin) => sides.reduce((sum, { own }) => sum + own[bin], 0));
  const most = Math.max(...heights, 1);
  const edge = (bin: number) => number(low + ((high - low) * bin) / bins);
  const range = (bin: number) => `${edge(bin)} to ${edge(bin + 1)}`;
  const parts = (bin: number) => sides.slice(1).filter(({ own }) => own[bin]).map(({ own, name }) => `, ${own[bin]} ${name}`).join("");
  // Rounded, but for the ends, which would leave rows out.
  const place = (bin: number) => (bin === 0 ? low : bin === bins ? high : parseFloat((low + ((high - low) * bin) / bins).toPrecision(12)));
  const under = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return Math.min(Math.max(Math.floor((bins * (event.clientX - box.left)) / box.width), 0), bins - 1);
  };
  const drag = (event: PointerEvent) => {
    if (began.current === null) return;
    const ends = [began.current, under(event)].sort((a, b) => a - b);
    brush?.([place(ends[0]), place(ends[1] + 1)]);
  };
  const inside = (bin: number) => brushed && place(bin + 0.5) >= brushed[0] && place(bin + 0.5) <= brushed[1];
  const hands = brush && {
    onPointerDown: (event: PointerEvent) => {
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      began.current = under(event);
      drag(event);
    },
    onPointerMove: drag,
    onPointerUp: () => (began.current = null),
    onPointerCancel: () => (began.current = null),
  };
  return (
    <figure class="sd-figure" aria-label={words}>
      <div class={"sd-histogram" + (brush ? " sd-brush" : "")} aria-hidden="true" {...hands}>
        {heights.map((height, bin) => (
          <div class={"sd-column" + (inside(bin) ? " sd-in" : "")} key={bin} title={`${range(bin)}: ${height} rows${parts(bin)}`}>
            {[...sides].reverse().map(({ own, fill, name }) => <i key={name} class={fill} style={{ height: `${(100 * own[bin]) / most}%` }} />)}
          </div>
        ))}
      </div>
      <div class="sd-ends"><span>{number(low)}</span><span>{words}</span><span>{number(high)}</span></div>
      {sides.length > 1 && <p class="syn-key">{sides.map(({ fill, name }) => <span key={name}><i class={`sd-box ${fill}`} /> {name}</span>)}</p>}
      <div class="syn-aloud"><table>
        <caption>{words}</caption>
        <thead><tr><th scope="col">range</th>{sides.map(({ name }) => <th scope="col" key={name}>{name}</th>)}</tr></thead>
        <tbody>{heights.map((height, bin) => (height ? <tr key={bin}><th scope="row">{range(bin)}</th>{sides.map(({ own, name }) => <td key={name}>{own[bin]}</td>)}</tr> : null))}</tbody>
      </table></div>
    </figure>
  );
}

// Features with their mean contribution in two cohorts.
export function Pairs({ names, own, other, first, second, press }: { names: string[]; own: Tensor; other: Tensor; first: string; second: string; press?: (name: string) => void }) {
  const most = Math.max(...Array.from(own.data), ...Array.from(other.data), 1e-12);
  const width = (value: number) => ({ width: `${(100 * (value || 0)) / most}%` });
  return (
    <div class="syn-scroll" tabIndex={0} role="region" aria-label={`Features of ${first} and ${second}`}>
      <table class="syn-table sd-pairs">
        <thead><tr><th scope="col">feature</th><th scope="col">mean contribution</th><th scope="col" class="syn-number"><i class="sd-box" /> {first}</th><th scope="col" class="syn-number"><i class="sd-box sd-light" /> {second}</th><th scope="col" class="syn-number">difference</th></tr></thead>
        <tbody>
          {names.map((name, i) => (
            <tr key={name}>
              <th scope="row">{press ? <button type="button" class="sd-link" onClick={() => press(name)}>{name}</button> : name}</th>
              <td class="sd-bars"><i style={width(own.data[i])} /><i class="sd-light" style={width(other.data[i])} /></td>
              <td class="syn-number">{number(own.data[i])}</td>
              <td class="syn-number">{number(other.data[i])}</td>
              <td class="syn-number">{signed(own.data[i] - other.data[i])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

// A metric to four digits, as the still pages write it.
export function precise(value: number | null): string {
  if (value === null || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e4) return number(value);
  return (size < 1 ? value.toFixed(4) : String(parseFloat(value.toPrecision(4)))).replace("-", "\u2212");
}
