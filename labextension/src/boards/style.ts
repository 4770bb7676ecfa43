// What the dashboards of texts and images need beyond that of tables.
export const STYLE = `
.syn-app .sb-right{font-weight:600}
.syn-app .sb-tall{max-height:460px;width:fit-content;max-width:100%}
.syn-app .sd-rows table.syn-table td.sb-bar{min-width:190px;max-width:none}
.syn-app .sb-bar i{display:inline-block;height:9px;vertical-align:middle;margin:0 6px 0 0;max-width:110px}
.syn-app td.sb-bar{white-space:nowrap}
.syn-app .sb-bar i{background:repeating-linear-gradient(135deg,var(--syn-neg) 0 3px,transparent 3px 5px)}
.syn-app .sd-bars i.sb-up{background:var(--syn-pos)}
.syn-app ul.sb-texts{list-style:none;margin:6px 0;padding:0}
.syn-app .sb-texts li{border-top:1px solid var(--syn-line);padding:5px 4px 7px}
.syn-app .sb-texts li.sd-chosen,.syn-app .sb-grid li.sd-chosen button{background:var(--syn-soft)}
.syn-app .sb-head{margin:0 0 2px;font-size:12.5px}
.syn-app .sb-written{margin:0;max-width:90ch;overflow-wrap:anywhere}
.syn-app .sb-word{font:inherit;color:inherit;border:0;padding:0;cursor:pointer}
.syn-app .sb-word:not([class^="syn-"]){background:none}
.syn-app .syn-written [class^="syn-p"].sb-word{border-bottom:2px solid var(--syn-pos)}
.syn-app .syn-written [class^="syn-n"].sb-word{border-bottom:2px dashed var(--syn-neg)}
.syn-app .sb-word:hover{outline:1px dotted var(--syn-dim)}
.syn-app .sb-whole{border:1px solid var(--syn-line);border-radius:6px;padding:2px 10px 8px;margin:6px 0}
.syn-app .sb-edit span{display:block;font-size:12px;font-weight:600}
.syn-app .sb-edit textarea{width:100%;box-sizing:border-box;font:inherit;color:var(--syn-fg);background:var(--syn-soft);border:1px solid var(--syn-line);border-radius:4px;padding:6px 8px;resize:vertical}
.syn-app textarea:focus-visible,.syn-app .sb-photo canvas:focus-visible{outline:2px solid var(--syn-neg);outline-offset:1px}
.syn-app ul.sb-grid{list-style:none;margin:8px 0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:8px}
.syn-app .sb-grid button{width:100%;font:inherit;font-size:12px;color:inherit;background:none;border:1px solid var(--syn-line);border-radius:5px;padding:5px;cursor:pointer;text-align:left;overflow-wrap:anywhere}
.syn-app .sb-grid button:hover{background:var(--syn-soft)}
.syn-app .sb-grid li.sb-wrong button{border-color:var(--syn-pos);border-width:2px;padding:4px}
.syn-app .sb-grid img{display:block;width:96px;max-width:100%;height:96px;object-fit:contain;margin:0 auto 4px;image-rendering:auto;background:var(--syn-soft)}
.syn-app .sb-sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,260px),1fr));gap:4px 18px}
.syn-app .sb-both>div{min-width:0;max-width:100%}
.syn-app .sb-apart{outline:1.5px solid currentColor;border-radius:2px}
.syn-app .sb-both{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:flex-start}
.syn-app .sb-both .sd-square{flex:0 0 auto}
.syn-app .sb-map{position:relative;max-width:860px;touch-action:none}
.syn-app .sb-map canvas{display:block;width:100%;cursor:crosshair;border:1px solid var(--syn-line);border-radius:5px;box-sizing:border-box}
.syn-app .sb-map canvas:focus-visible{outline:2px solid var(--syn-neg);outline-offset:1px}
.syn-app .sb-brushed{position:absolute;border:1px solid var(--syn-neg);background:var(--syn-data);opacity:.5;pointer-events:none}
.syn-app .sb-photo{position:relative;max-width:420px}
.syn-app .sb-photo canvas{display:block;width:100%;cursor:pointer}
.syn-app .sb-pieces{display:flex;flex-wrap:wrap;gap:4px;max-width:640px;margin:6px 0}
.syn-app .sb-pieces button[aria-pressed="false"]{text-decoration:line-through;opacity:.7}
`;
