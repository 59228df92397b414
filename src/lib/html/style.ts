/** How our pages look, by day and by night. */

const LIGHT =
  '--ink:#1b1f24;--faint:#5b6570;--paper:#fff;--line:#d8dee4;--accent:#0b5cad;--ok:#1a7f37;--warning:#8a5a00;--failed:#b3261e';
const DARK =
  '--ink:#e6edf3;--faint:#9aa5b1;--paper:#0f1419;--line:#30363d;--accent:#6cb6ff;--ok:#57ab5a;--warning:#d4a72c;--failed:#f47067';

/** Of a chart, wherever it stands. */
export const CHART_STYLE = `
.chart{display:block;width:100%;max-width:46rem;height:auto;font:11px system-ui,sans-serif}
.chart text{fill:var(--faint)}
.chart .grid{stroke:var(--line)}
.chart .measured,.chart .likely,.chart .limit{fill:none;stroke:var(--accent);stroke-width:1.75}
.chart .likely{stroke-dasharray:5 4}
.chart .band{fill:var(--accent);opacity:.16}
.chart .limit{stroke:var(--failed)}
.chart .limit-name{fill:var(--failed)}`;

/** The colours, for a chart that stands alone and for a page. */
export const COLOURS = `:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}`;

export const PAGE_STYLE = `${COLOURS}
body{margin:2rem auto;max-width:64rem;padding:0 1rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin-bottom:.25rem}
h2{font-size:1.15rem;margin-top:2.5rem}
h3{font-size:1rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line)}
th{color:var(--faint);font-weight:600}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
a{color:var(--accent)}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}
pre{overflow-x:auto}
.faint{color:var(--faint)}
.ok{color:var(--ok)}.warning,.unknown{color:var(--warning)}.failed,.error{color:var(--failed)}
${CHART_STYLE}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}.chart{break-inside:avoid}}`;
