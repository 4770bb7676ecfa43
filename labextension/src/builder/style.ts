// The style of the builder; colours are those of all views.
export const STYLE = `
.syn-bw { container-type: inline-size; }
.syn-bw .syn-b-panes { display: grid; grid-template-columns: minmax(0, 1fr) minmax(300px, 40%); gap: 20px; align-items: start; }
@container (max-width: 760px) { .syn-bw .syn-b-panes { grid-template-columns: minmax(0, 1fr); } .syn-bw .syn-b-panes .syn-b-editor { position: static; order: -1; } }
.syn-bw .syn-b-step { border: 1px solid var(--syn-line); border-bottom-width: 0; }
.syn-bw .syn-b-step:first-child { border-radius: 6px 6px 0 0; }
.syn-bw .syn-b-step:last-child { border-bottom-width: 1px; border-radius: 0 0 6px 6px; }
.syn-bw .syn-b-h { margin: 0; font-size: inherit; line-height: inherit; }
.syn-bw .syn-b-head { display: flex; gap: 10px; align-items: baseline; width: 100%; padding: 8px 12px; border: 0; background: transparent; color: inherit; font: inherit; text-align: left; cursor: pointer; }
.syn-bw .syn-b-head:hover { background: var(--syn-soft); }
.syn-bw .syn-b-head:focus-visible { outline: 2px solid var(--syn-neg); outline-offset: -2px; }
.syn-bw .syn-b-number { flex: 0 0 22px; height: 22px; border-radius: 11px; border: 1px solid var(--syn-line); text-align: center; font-size: 12px; line-height: 20px; }
.syn-bw .syn-b-open .syn-b-number { background: var(--syn-fg); color: var(--syn-bg); border-color: var(--syn-fg); }
.syn-bw .syn-b-name { font-weight: 600; flex: 0 0 auto; }
.syn-bw .syn-b-sum { font-weight: 400; color: var(--syn-dim); font-size: 12px; flex: 1 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.syn-bw .syn-b-body { padding: 2px 14px 14px 44px; }
@container (max-width: 560px) { .syn-bw .syn-b-body { padding-left: 14px; } }
.syn-bw .syn-b-editor { position: sticky; top: 8px; min-width: 0; }
.syn-bw .syn-b-bar, .syn-bw .syn-b-line { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 0 0 6px; }
.syn-bw .syn-b-line code { flex: 1; overflow-wrap: anywhere; }
.syn-bw .syn-b-grow { flex: 1; }
.syn-bw .syn-button { min-height: 26px; }
.syn-bw .syn-button:is(:disabled, [aria-disabled="true"]) { opacity: .5; cursor: default; }
.syn-bw .syn-b-run { background: var(--syn-fg); color: var(--syn-bg); border-color: var(--syn-fg); font-weight: 600; }
.syn-bw .syn-b-stop { border-color: var(--syn-pos); color: var(--syn-pos); font-weight: 600; }
.syn-bw .syn-b-code { display: flex; border: 1px solid var(--syn-line); border-radius: 6px; overflow: hidden; background: var(--syn-soft); }
.syn-bw .syn-b-code:focus-within { outline: 2px solid var(--syn-neg); outline-offset: 1px; }
.syn-bw :is(.syn-b-gutter, .syn-b-text), .syn-bw .syn-b-code textarea, .syn-bw code, .syn-bw .syn-b-curves circle { fill: var(--syn-neg); }
.syn-bw .syn-b-script { font: 12.5px/1.55 var(--jp-code-font-family, ui-monospace, SFMono-Regular, Menlo, Consolas, monospace); }
.syn-bw .syn-b-gutter { margin: 0; padding: 8px 6px 8px 8px; text-align: right; color: var(--syn-dim); user-select: none; background: transparent; border: 0; }
.syn-bw .syn-b-wrong { background: var(--syn-pos); color: var(--syn-bg); border-radius: 3px; padding: 0 3px; }
.syn-bw .syn-b-code textarea { flex: 1; min-width: 0; border: 0; outline: 0; padding: 8px; margin: 0; resize: vertical; background: transparent; color: var(--syn-fg); white-space: pre; overflow: auto; }
.syn-bw .syn-b-problem, .syn-bw .syn-b-said { color: var(--syn-pos); margin: 6px 0 0; min-height: 1.4em; font-weight: 600; font-size: 12.5px; overflow-wrap: anywhere; }
.syn-bw .syn-b-said:empty, .syn-bw .syn-b-notice:empty { display: none; }
.syn-bw input.syn-b-box, .syn-bw input.syn-b-wide, .syn-bw select { font: inherit; font-size: 12.5px; color: var(--syn-fg); background: var(--syn-bg); border: 1px solid var(--syn-line); border-radius: 4px; padding: 2px 6px; height: 26px; min-width: 0; margin: 0; }
.syn-bw input.syn-b-box { width: 84px; }
.syn-bw input.syn-b-wide { width: 230px; max-width: 100%; }
.syn-bw input[type="checkbox"] { accent-color: var(--syn-neg); margin: 0 4px 0 0; height: 14px; }
.syn-bw input[type="range"] { width: 110px; accent-color: var(--syn-neg); }
.syn-bw :is(input, select, textarea, button):focus-visible { outline: 2px solid var(--syn-neg); outline-offset: 1px; }
.syn-bw .syn-b-code :is(textarea, .syn-b-text):focus-visible { outline: 0; }
.syn-bw .syn-b-text { flex: 1; min-width: 0; margin: 0; padding: 8px; max-height: 30em; overflow: auto; border: 0; background: transparent; color: var(--syn-fg); white-space: pre; }
.syn-bw .syn-b-unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }
.syn-bw .syn-b-space { margin-top: 8px; }
.syn-bw .syn-b-seg { display: inline-flex; border: 1px solid var(--syn-line); border-radius: 5px; overflow: hidden; }
.syn-bw .syn-b-seg button { border: 0; border-left: 1px solid var(--syn-line); background: var(--syn-bg); color: var(--syn-fg); font: inherit; font-size: 12px; padding: 3px 9px; cursor: pointer; white-space: nowrap; }
.syn-bw .syn-b-seg button:first-child { border-left: 0; }
.syn-bw .syn-b-seg button[aria-pressed="true"] { background: var(--syn-fg); color: var(--syn-bg); font-weight: 600; }
.syn-bw .syn-b-guards { list-style: none; margin: 8px 0 12px; padding: 0; }
.syn-bw .syn-b-guards li { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: baseline; padding: 5px 0; border-bottom: 1px solid var(--syn-line); }
.syn-bw .syn-b-guards li > span:nth-child(2) { flex: 1 1 260px; overflow-wrap: anywhere; }
.syn-bw .syn-b-guards .syn-button, .syn-bw .syn-b-guards li > .syn-dim { white-space: nowrap; font-size: 12px; }
.syn-bw .syn-b-list { overflow-y: auto; border: 1px solid var(--syn-line); border-radius: 6px; }
.syn-bw .syn-b-list:focus-visible { outline: 2px solid var(--syn-neg); }
.syn-bw .syn-b-row { position: absolute; left: 0; right: 0; display: grid; grid-template-columns: 92px minmax(0, 1.2fr) 90px minmax(0, 1fr); gap: 10px; align-items: center; padding: 0 8px; border-bottom: 1px solid var(--syn-line); }
@container (max-width: 560px) { .syn-bw .syn-b-row { grid-template-columns: 92px minmax(0, 1fr) 90px; } .syn-bw .syn-b-row .syn-b-facts { display: none; } }
.syn-bw .syn-b-on { background: var(--syn-soft); }
.syn-bw .syn-b-col, .syn-bw .syn-b-facts { overflow: hidden; min-width: 0; line-height: 1.25; font-size: 12.5px; }
.syn-bw :is(.syn-b-col, .syn-b-facts) > * { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.syn-bw small { color: var(--syn-dim); font-size: 11.5px; }
.syn-bw .syn-b-bars path { fill: var(--syn-neg); }
.syn-bw .syn-b-levels { margin: 6px 0 10px; max-width: 460px; }
.syn-bw .syn-b-levels div { display: grid; grid-template-columns: minmax(60px, 34%) 1fr 54px; gap: 8px; align-items: center; font-size: 12.5px; }
.syn-bw .syn-b-levels span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: right; }
.syn-bw .syn-b-levels i { height: 10px; border-radius: 2px; background: var(--syn-neg); min-width: 1px; }
.syn-bw .syn-b-cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 8px; }
.syn-bw .syn-b-card { display: flex; gap: 6px; padding: 8px 10px; border: 1px solid var(--syn-line); border-radius: 6px; cursor: pointer; align-items: flex-start; }
.syn-bw .syn-b-card.syn-b-on { border-color: var(--syn-neg); }
.syn-bw .syn-b-card small { display: block; line-height: 1.35; }
.syn-bw .syn-b-card b { overflow-wrap: anywhere; }
.syn-bw .syn-b-param { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 12px; padding: 7px 8px; border-bottom: 1px solid var(--syn-line); align-items: center; }
.syn-bw .syn-b-doc { line-height: 1.35; overflow-wrap: anywhere; }
.syn-bw .syn-b-set { grid-column: 1 / -1; }
.syn-bw .syn-b-param:not(.syn-b-on) .syn-b-set { display: none; }
@container (max-width: 560px) { .syn-bw .syn-b-param { grid-template-columns: minmax(0, 1fr); } .syn-bw .syn-b-param > .syn-b-seg { justify-self: start; } }
.syn-bw .syn-b-ends { display: inline-flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.syn-bw .syn-b-meter { height: 8px; border-radius: 4px; background: var(--syn-soft); border: 1px solid var(--syn-line); overflow: hidden; margin: 2px 0 6px; }
.syn-bw .syn-b-meter span { display: block; height: 100%; background: var(--syn-neg); }
.syn-bw .syn-b-metric span { display: grid; gap: 2px; min-width: 90px; }
.syn-bw .syn-b-metric i { height: 4px; border-radius: 2px; background: var(--syn-neg); }
.syn-bw .syn-b-curves { display: flex; flex-wrap: wrap; gap: 16px; margin: 8px 0; }
.syn-bw .syn-b-curves figure { margin: 0; font-size: 12px; }
.syn-bw .syn-b-curves svg { display: block; width: 220px; height: 66px; border-bottom: 1px solid var(--syn-line); }
.syn-bw .syn-b-curves polyline { fill: none; stroke: var(--syn-neg); stroke-width: 2; }
.syn-bw .syn-b-script { max-height: 320px; overflow: auto; margin: 0; padding: 10px; border: 1px solid var(--syn-line); border-radius: 6px; background: var(--syn-soft); color: var(--syn-fg); white-space: pre; }
.syn-bw .syn-b-drawn { overflow-x: auto; }
.syn-bw .syn-b-first { margin-top: 10px; }
.syn-bw .syn-b-first > summary { cursor: pointer; width: fit-content; font-weight: 600; }
.syn-bw .syn-b-first table.syn-table td { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
`;
