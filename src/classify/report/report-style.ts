/** Light and dark, from 320 pixels to as wide as there is. Colours of labels: see palette.ts. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--page:#f3f5f8;--card:#fff;--text:#171b21;--quiet:#596373;--faint:#d3d9e1;--line:#e1e6ec;--accent:#2563a8;--bad:#b3261e;--warn:#8a5a00;--bad-ground:#fdeceb;--warn-ground:#fdf3de}
@media (prefers-color-scheme:dark){:root{--page:#111418;--card:#1b1f25;--text:#e8ebef;--quiet:#a1abb9;--faint:#3b434e;--line:#2b313a;--accent:#83b8f0;--bad:#ff9b92;--warn:#e8ba66;--bad-ground:#3a2021;--warn-ground:#352b18}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:clamp(12px,3vw,32px);background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums}
h1,h2,h3,p,dl,dd,ul,ol,figure{margin:0;padding:0}
ul,ol{list-style:none}
a{color:var(--accent)}
.brand{color:var(--quiet);font-size:.85rem;letter-spacing:.02em}
h1{font-size:clamp(1.5rem,4vw,2.1rem);line-height:1.2;letter-spacing:-.015em}
h2{font-size:1.15rem;line-height:1.3;overflow-wrap:anywhere}
h3{margin-top:1.1rem;font-size:1rem}
.made{color:var(--quiet);overflow-wrap:anywhere}
.figures{display:flex;flex-wrap:wrap;gap:.9rem 2.2rem;margin:1.1rem 0 .9rem}
.figures div{display:flex;flex-direction:column-reverse;max-width:16rem}
.figures dd{font-size:1.45rem;font-weight:600;line-height:1.2}
.figures dt{color:var(--quiet);font-size:.85rem}
.rules{color:var(--quiet);font-size:.9rem;overflow-wrap:anywhere}
em{color:var(--bad);font-style:normal;font-weight:600}
.legend,.names{display:flex;flex-wrap:wrap;gap:.25rem 1rem}
.legend{position:sticky;top:0;z-index:1;margin:.9rem 0;padding:.55rem 0;background:var(--page);border-bottom:1px solid var(--line);font-size:.9rem}
.legend li,.names li{overflow-wrap:anywhere}
.swatch{display:inline-block;width:.8em;height:.8em;margin-right:.4em;border-radius:3px;background:var(--label);vertical-align:-.06em}
.card{margin:0 0 1.2rem;padding:clamp(12px,2.4vw,22px);background:var(--card);border:1px solid var(--line);border-radius:12px;scroll-margin-top:3.5rem}
.facts{display:flex;flex-wrap:wrap;gap:0 .5rem;color:var(--quiet);font-size:.9rem}
.facts span:not(:last-child)::after{content:" ·"}
.notice{margin:.7rem 0 0;padding:.45rem .75rem;border-radius:8px;font-size:.92rem;overflow-wrap:anywhere}
.notice.bad{background:var(--bad-ground);color:var(--bad)}
.notice.warn{background:var(--warn-ground);color:var(--warn)}
.bad{color:var(--bad)}
.warn{color:var(--warn)}
code{font:.85em ui-monospace,monospace;opacity:.85}
.timeline{margin-top:1rem}
.lane{margin-bottom:.35rem}
.lane .name{display:block;color:var(--quiet);font-size:.8rem;line-height:1.4;overflow-wrap:anywhere}
.track{position:relative;height:8px;border-radius:4px;background:var(--line);overflow:hidden}
.held{position:absolute;top:0;bottom:0;min-width:3px;border-radius:4px;background:var(--bad)}
.course{display:block;width:100%;height:clamp(90px,16vw,150px);margin-top:.5rem;border-radius:6px;background:repeating-linear-gradient(135deg,var(--line) 0 4px,transparent 4px 9px)}
.course path{fill:var(--label)}
.marks{position:relative;height:12px}
.mark{position:absolute;top:2px;width:0;height:0;margin-left:-4px;border:4px solid transparent;border-top:0;border-bottom:8px solid var(--quiet)}
.mark.rule{border-bottom-color:var(--bad)}
.mark:hover,.mark:focus-visible{border-bottom-color:var(--accent);outline-offset:2px}
.axis{position:relative;height:1.3em;border-top:1px solid var(--line);color:var(--quiet);font-size:.75rem}
.tick{position:absolute;top:2px;transform:translateX(-50%)}
.tick:first-child{transform:none}
.tick.last{transform:translateX(-100%);left:auto}
.shares{display:flex;height:8px;margin-top:.9rem;border-radius:4px;overflow:hidden;background:var(--line)}
.shares span{flex-basis:0;min-width:1px;background:var(--label)}
.names{margin-top:.4rem;font-size:.88rem}
.names b{font-weight:600}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(168px,46%),1fr));gap:10px;margin-top:1rem}
.picture{border:1px solid var(--line);border-radius:8px;overflow:hidden;background:var(--page);scroll-margin-top:4rem}
.picture.rule{border-color:var(--bad)}
.picture:target{outline:3px solid var(--accent)}
.picture img{display:block;width:100%;aspect-ratio:16/9;object-fit:contain;background:#000}
.picture figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 .6rem;padding:.35rem .55rem .45rem;font-size:.8rem;line-height:1.35}
.picture time{color:var(--quiet)}
.picture span{overflow-wrap:anywhere}
table{width:100%;margin-top:1rem;border-collapse:collapse;font-size:.9rem}
th{color:var(--quiet);font-size:.8rem;font-weight:500;text-align:left}
th,td{padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere;vertical-align:top}
td:first-child{color:var(--bad);font-weight:600}
.contents li{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr) 13rem;gap:.2rem 1rem;align-items:center;padding:.3rem 0}
.contents li+li{border-top:1px solid var(--line)}
.contents a{overflow-wrap:anywhere}
.contents .shares{margin:0}
.state{color:var(--quiet);font-size:.85rem;text-align:right}
@media (max-width:600px){
.legend{position:static}
.tick:nth-child(even):not(.last){display:none}
.contents li{grid-template-columns:minmax(0,1fr) auto}
.contents .shares{grid-row:2;grid-column:1/-1}
thead{display:none}
tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}
td{display:flex;justify-content:space-between;gap:1rem;padding:.1rem 0;border:0;text-align:right}
td::before{content:attr(data-name);color:var(--quiet);font-weight:400;text-align:left}
}
@media print{body{background:#fff}.legend{position:static}.card{break-inside:avoid}}
`;
