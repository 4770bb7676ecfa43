// What the dashboard needs beyond the stylesheet of the views, whose variables it uses.
export const STYLE = `
.syn-app.syn-view{max-width:1400px}
.syn-app .sd-top{margin-bottom:4px}
.syn-app .sd-bar{border:1px solid var(--syn-line);border-radius:6px;padding:7px 9px;background:var(--syn-soft)}
.syn-app .sd-chips{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
.syn-app .sd-chip{display:inline-flex;border:1px solid var(--syn-line);border-radius:14px;background:var(--syn-bg);overflow:hidden;max-width:100%}
.syn-app .sd-chip.sd-chosen{border-color:var(--syn-neg);box-shadow:inset 0 0 0 1px var(--syn-neg)}
.syn-app .sd-chip button,.syn-app .sd-away,.syn-app .sd-link,.syn-app .sd-lock{font:inherit;color:inherit;background:none;border:0;cursor:pointer;padding:2px 10px;text-align:left;overflow-wrap:anywhere}
.syn-app .sd-chip .sd-away{padding:2px 9px 2px 0;color:var(--syn-dim)}
.syn-app .sd-link{padding:0;text-decoration:underline dotted;text-underline-offset:3px}
.syn-app thead .sd-link{font-weight:600}
.syn-app button:focus-visible,.syn-app summary:focus-visible,.syn-app input:focus-visible,.syn-app select:focus-visible,.syn-app pre:focus-visible,.syn-app .sd-rows:focus-visible{outline:2px solid var(--syn-neg);outline-offset:1px}
.syn-app button:disabled{cursor:default;opacity:.75}
.syn-app .syn-button{min-height:24px}
.syn-app .syn-control{flex-wrap:wrap}
.syn-app .syn-control select,.syn-app .syn-control input{max-width:min(300px,70vw)}
.syn-app .sd-halves p,.syn-app .sd-panel p{overflow-wrap:anywhere}
.syn-app .sd-slim{margin:6px 0 0;align-items:baseline}
.syn-app .sd-take{font-size:12px}
.syn-app .sd-take summary{cursor:pointer;color:var(--syn-dim)}
.syn-app .sd-typer label,.syn-app .sd-typer label input{width:100%;max-width:none;box-sizing:border-box}
.syn-app .sd-text pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0;padding:5px 7px;max-height:260px;overflow:auto;background:var(--syn-bg);color:inherit;border:1px solid var(--syn-line);border-radius:4px;font-size:12px}
.syn-app .sd-text p{margin:4px 0}
.syn-app .sd-brush{cursor:crosshair;touch-action:pan-y}
.syn-app .sd-column.sd-in{background:color-mix(in srgb,var(--syn-neg) 22%,transparent)}
.syn-app .sd-found{max-height:320px}
.syn-app .sd-maker{margin:8px 0 0;padding:8px 0 0;border-top:1px solid var(--syn-line)}
.syn-app .sd-maker input,.syn-app .sd-maker select{width:150px}
.syn-app .sd-panel[hidden]{display:none}
.syn-app .sd-panel{padding:10px 2px 4px;min-height:260px}
.syn-app .sd-busy{opacity:.6;transition:opacity .15s .15s}
.syn-app .sd-halves{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(430px,100%),1fr));gap:14px 34px}
.syn-app .sd-halves>section{min-width:0}
.syn-app .syn-title{margin-top:8px}
.syn-app .sd-under{margin:-4px 0 6px}
.syn-app table.syn-table tr.sd-chosen>*{background:var(--syn-soft)}
.syn-app table.syn-table tbody th{font-weight:600;max-width:30ch;min-width:9ch}
.syn-app .sd-tree button:disabled{opacity:1}
@media (min-width:1000px){.syn-app .sd-first{grid-template-columns:3fr 2fr}}
.syn-app .sd-figure{margin:4px 0 10px;padding:0;max-width:640px}
.syn-app .sd-histogram{display:flex;align-items:flex-end;gap:1px;height:170px;border-bottom:1px solid var(--syn-dim)}
.syn-app .sd-column{flex:1;height:100%;display:flex;flex-direction:column;justify-content:flex-end}
.syn-app .sd-column:hover{background:var(--syn-soft)}
.syn-app .sd-column i,.syn-app .sd-bars i,.syn-app .sd-meter i,.syn-app .sd-box{display:block;background:var(--syn-neg)}
.syn-app .sd-column .sd-wrong,.syn-app .sd-box.sd-wrong,.syn-app .sd-tree .sd-meter i{background:repeating-linear-gradient(135deg,var(--syn-pos) 0 4px,color-mix(in srgb,var(--syn-pos) 70%,var(--syn-bg)) 4px 6px)}
.syn-app .sd-box{display:inline-block;width:10px;height:10px;border-radius:2px}
.syn-app .sd-box.sd-light,.syn-app .sd-bars .sd-light,.syn-app .sd-column .sd-light{background:color-mix(in srgb,var(--syn-fg) 35%,var(--syn-bg))}
.syn-app .sd-ends{display:flex;justify-content:space-between;gap:8px;color:var(--syn-dim);font-size:12px;margin-top:2px}
.syn-app .sd-bars{min-width:150px}
.syn-app .sd-bars i{height:7px;margin:2px 0;border-radius:2px;min-width:1px}
.syn-app ul.sd-tree{list-style:none;margin:0;padding:0}
.syn-app .sd-tree li{margin:0 0 3px;border-left:0}
.syn-app .sd-tree button{display:block;width:100%;text-align:left;font:inherit;color:inherit;background:none;border:1px solid var(--syn-line);border-radius:5px;padding:4px 9px 6px;cursor:pointer;overflow-wrap:anywhere}
.syn-app .sd-tree button:hover:enabled{background:var(--syn-soft)}
.syn-app .sd-meter{display:block;height:5px;background:var(--syn-soft);border-radius:3px;overflow:hidden;margin-top:3px}
.syn-app .sd-meter i{height:100%}
.syn-app table.sd-heat{border-collapse:separate;border-spacing:2px;font-size:12px;margin:4px 0;border:0;color:inherit;background:transparent}
.syn-app .sd-heat th{font-weight:500;padding:2px 5px;text-align:center;max-width:16ch;overflow-wrap:break-word;border:0;background:transparent;color:inherit}
.syn-app .sd-heat tbody th{text-align:right;min-width:10ch;overflow-wrap:break-word}
.syn-app .sd-heat td{padding:0;border:0;background:transparent}
.syn-app .sd-heat tr{background:transparent}
.syn-app .sd-heat button{width:100%;min-width:54px;height:42px;font:inherit;color:var(--syn-fg);border:1px solid var(--syn-line);border-radius:4px;cursor:pointer;background:color-mix(in srgb,var(--syn-pos) var(--heat),var(--syn-bg))}
.syn-app .sd-heat small{display:block;font-size:10.5px}
.syn-app .sd-rows{overflow:auto;border:1px solid var(--syn-line);border-radius:5px;margin:4px 0 8px}
.syn-app .sd-rows table.syn-table{margin:0;white-space:nowrap}
.syn-app .sd-rows thead th{position:sticky;top:0;background:var(--syn-bg);z-index:1}
.syn-app .sd-rows table.syn-table td{white-space:nowrap;max-width:26ch;overflow:hidden;text-overflow:ellipsis;padding:2px 12px 2px 6px}
.syn-app .sd-rows table.syn-table td.sd-why{max-width:46ch}
.syn-app .sd-whatif{display:grid;grid-template-columns:minmax(230px,300px) 1fr;gap:8px 30px}
.syn-app .sd-whatif>section{min-width:0}
.syn-app .sd-big{margin:6px 0}
.syn-app .sd-big>.syn-dim{display:block;font-size:12px;overflow-wrap:anywhere}
.syn-app .sd-big .syn-metric{font-size:26px}
.syn-app .sd-buttons{display:flex;flex-wrap:wrap;gap:6px;margin:8px 0}
.syn-app .sd-form{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:8px 18px}
.syn-app .sd-entry{display:grid;grid-template-columns:1fr auto;gap:2px 6px;align-items:end;border-left:3px solid transparent;padding-left:7px;align-content:start}
.syn-app .sd-entry.sd-changed{border-color:var(--syn-pos)}
.syn-app .sd-entry label{min-width:0;font-size:12px}
.syn-app .sd-entry label>span{display:block;overflow-wrap:anywhere;font-weight:600}
.syn-app .sd-entry input,.syn-app .sd-entry select{width:100%;font:inherit;font-size:13px;color:var(--syn-fg);background:var(--syn-soft);border:1px solid var(--syn-line);border-radius:4px;padding:2px 6px;height:27px}
.syn-app .sd-lock{color:var(--syn-dim);font-size:12px;padding:4px 2px;min-width:46px}
.syn-app .sd-lock[aria-pressed="true"]{color:var(--syn-fg);font-weight:600}
.syn-app .sd-spark{grid-column:1/-1;width:100%;height:26px;display:block}
.syn-app .sd-curve{width:100%;height:150px;display:block;border-bottom:1px solid var(--syn-dim);border-left:1px solid var(--syn-line)}
.syn-app .sd-spark polyline,.syn-app .sd-curve polyline{fill:none;stroke:var(--syn-neg);stroke-width:2;vector-effect:non-scaling-stroke}
.syn-app .sd-spark line,.syn-app .sd-curve line{stroke:var(--syn-pos);stroke-width:2;vector-effect:non-scaling-stroke}
.syn-app .sd-curve line.sd-zero{stroke:var(--syn-line);stroke-width:1}
.syn-app .sd-slider input[type="range"]{width:min(420px,60vw);max-width:none}
.syn-app .sd-short{width:72px}
.syn-app .sd-square{max-width:330px}
.syn-app .sd-square canvas{width:100%;aspect-ratio:1;image-rendering:pixelated;border:1px solid var(--syn-line);color:var(--syn-neg)}
.syn-app .syn-state:empty{display:none}
@media (max-width:700px){.syn-app .sd-whatif{grid-template-columns:1fr}}
@media (prefers-reduced-motion:reduce){.syn-app .sd-busy{transition:none}}
`;
