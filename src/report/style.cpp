#include "report/assets.h"

namespace vesper::report {

// Hypotheses h1..h8 after Okabe & Ito (2008), which hold under colour blindness; arms s1..s8 are a
// viridis-like ramp, dark to light, for what is ordered.
std::string_view style() {
  return R"css(
:root {
  color-scheme: light dark;
  --paper: #fdfcfa; --card: #ffffff; --ink: #1c232b; --soft: #5a6570; --faint: #b9c0c6;
  --rule: #e5e3dd; --accent: #27466b; --warn: #9a3412; --warn-paper: #fdf1e7;
  --h1: #0068a8; --h2: #c9520b; --h3: #008463; --h4: #a8508a; --h5: #9a7100; --h6: #2e93c9;
  --h7: #6b5b95; --h8: #5a6570;
  --s1: #2c1e5b; --s2: #3b3f85; --s3: #345f8d; --s4: #277e8e; --s5: #1f9a86; --s6: #43ad64;
  --s7: #7ab93a; --s8: #a8ab1c;
  --sans: ui-sans-serif, system-ui, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial,
    "DejaVu Sans", sans-serif;
  --serif: Charter, "Bitstream Charter", "Sitka Text", Cambria, "Palatino Linotype", Palatino,
    "TeX Gyre Pagella", Georgia, "DejaVu Serif", serif;
  --mono: ui-monospace, "SF Mono", Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #11161d; --card: #161c25; --ink: #e5e9ed; --soft: #9ca8b3; --faint: #4c5762;
    --rule: #29323c; --accent: #9cc3ef; --warn: #f2b48a; --warn-paper: #2b2019;
    --h1: #56b4e9; --h2: #f08a4b; --h3: #2fc79b; --h4: #e19cc6; --h5: #e5bf4e; --h6: #9fd0f0;
    --h7: #b5a5dd; --h8: #a8b2bb;
    --s1: #8f82cf; --s2: #7f90d8; --s3: #68a5d6; --s4: #52b9c6; --s5: #4fcab0; --s6: #74d78c;
    --s7: #a8e064; --s8: #e6e24d;
  }
}
* { box-sizing: border-box; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15.5px/1.55 var(--sans); -webkit-text-size-adjust: 100%;
}
main, header.top, footer { max-width: 1096px; margin: 0 auto; padding: 0 32px; }
header.top { padding-top: 44px; }
.eyebrow { color: var(--soft); font-size: 13px; letter-spacing: .04em; margin: 0 0 10px; }
.eyebrow b { color: var(--accent); font-weight: 600; letter-spacing: .08em; }
h1, h2, h3 { font-family: var(--serif); line-height: 1.2; font-weight: 600; text-wrap: balance; }
h1 { font-size: 36px; margin: 0 0 16px; letter-spacing: -.01em; max-width: 26em; }
h2 { font-size: 25px; margin: 60px 0 10px; padding-top: 18px; border-top: 1px solid var(--rule); }
h3 { font-size: 18px; margin: 34px 0 8px; }
p, li { max-width: 72ch; }
p { margin: 0 0 12px; }
p.summary { font-size: 18px; line-height: 1.55; }
a { color: var(--accent); text-underline-offset: 2px; }
.disclaimer {
  display: inline-block; margin: 0 0 18px; padding: 5px 12px; border: 1px solid var(--warn);
  border-radius: 3px; color: var(--warn); background: var(--warn-paper); font-size: 14px;
  font-weight: 600;
}
nav { margin: 22px 0 0; font-size: 14px; color: var(--soft); }
nav a { margin-right: 18px; white-space: nowrap; text-decoration: none; }
nav a:hover { text-decoration: underline; }
.callout {
  border-left: 4px solid var(--accent); background: var(--card); padding: 14px 20px;
  margin: 22px 0; font-size: 16.5px; max-width: none; box-shadow: 0 0 0 1px var(--rule);
}
.callout p:last-child { margin-bottom: 0; }
.callout.warn { border-left-color: var(--warn); background: var(--warn-paper); }
.note { color: var(--soft); font-size: 14px; }

.scroll { overflow-x: auto; margin: 14px 0 8px; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; font-variant-numeric: tabular-nums lining-nums; }
caption { text-align: left; font-family: var(--serif); font-weight: 600; font-size: 17px; padding: 0 0 6px; }
th, td { text-align: left; vertical-align: baseline; padding: 6px 18px 6px 0; border-bottom: 1px solid var(--rule); }
thead th, thead td { border-bottom: 1.5px solid var(--ink); vertical-align: bottom; }
thead th { font-weight: 600; }
td.id { white-space: nowrap; }
th small, td small { font-weight: 400; color: var(--soft); font-size: 12.5px; }
tbody th { font-weight: 400; }
tbody th.under { padding-left: 18px; color: var(--soft); }
tbody th.group { font-weight: 600; padding-top: 16px; }
td .value { font-weight: 600; white-space: nowrap; }
td .range { color: var(--soft); white-space: nowrap; }
table.metrics td { padding-right: 14px; }
table.metrics td:nth-child(3) .line { white-space: nowrap; }
table.metrics td .line, table.metrics td .value { display: block; font-size: 13.5px; line-height: 1.5; }
table.metrics td:nth-child(3) .line:first-child { color: var(--ink); }
.line { display: block; font-size: 12.5px; color: var(--soft); white-space: nowrap; }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 7px; }
code, .mono { font-family: var(--mono); font-size: .88em; overflow-wrap: anywhere; }
pre {
  font: 13.5px/1.5 var(--mono); background: var(--card); border: 1px solid var(--rule);
  padding: 12px 16px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere;
}

figure { margin: 26px 0 34px; break-inside: avoid; }
figure h4 { font: 600 15.5px/1.35 var(--sans); margin: 0 0 6px; }
.plot { overflow-x: auto; overflow-y: hidden; }
.plot.vega-embed { display: block; padding: 0; }
.plot svg { display: block; }
.plot form { font-size: 13.5px; margin-top: 6px; color: var(--soft); }
figcaption { color: var(--soft); font-size: 13.5px; max-width: 96ch; margin-top: 6px; }
.tools { float: right; display: flex; gap: 14px; }
.tools button, .grades button {
  font: 13px var(--sans); color: var(--accent); background: none; border: 0; padding: 2px 0;
  cursor: pointer;
}
.tools button:hover, .tools button:focus-visible { text-decoration: underline; }
.tools button[aria-pressed=true] { font-weight: 700; }
.key { display: flex; flex-wrap: wrap; gap: 6px 26px; align-items: center; font-size: 13.5px; color: var(--soft); margin: 10px 0 4px; }
.key svg { vertical-align: middle; margin-right: 6px; }
.failed { color: var(--warn); font-size: 14px; }
#vg-tooltip-element.vg-tooltip {
  background: var(--card); color: var(--ink); border: 1px solid var(--faint); border-radius: 3px;
  box-shadow: 0 3px 12px rgb(0 0 0 / .18); font: 12.5px/1.4 var(--sans); padding: 7px 10px;
  font-variant-numeric: tabular-nums;
}
#vg-tooltip-element.vg-tooltip td { border: 0; padding: 0 8px 0 0; font-size: 12.5px; }
#vg-tooltip-element.vg-tooltip td.key { display: table-cell; color: var(--soft); margin: 0; }

.grades { display: flex; flex-wrap: wrap; gap: 8px; margin: 12px 0; }
.grade {
  display: inline-block; border: 1px solid var(--soft); border-radius: 10px; padding: 0 9px;
  font-size: 12.5px; line-height: 1.55; color: var(--soft); white-space: nowrap;
}
.grade.established { background: var(--accent); border-color: var(--accent); color: var(--paper); }
.grade.supported { border-color: var(--accent); color: var(--accent); }
.grade.hypothesis { border-color: var(--warn); color: var(--warn); border-style: dashed; }
.grade.contradicted { background: var(--warn); border-color: var(--warn); color: var(--paper); }
.grade.assumed { border-style: dashed; }
.grade.fitted { border-style: double; border-width: 3px; line-height: 1.3; }
.grades button { padding: 0; }
.grades button[aria-pressed=true] .grade { outline: 2px solid var(--ink); outline-offset: 1px; }
details > summary { cursor: pointer; color: var(--accent); }
details[open] > summary { margin-bottom: 4px; }
td details { max-width: 52ch; }
tr[hidden] { display: none; }
footer { margin-top: 70px; padding-top: 18px; padding-bottom: 60px; color: var(--soft); font-size: 14px; }
footer .disclaimer { margin-bottom: 10px; }

@media (max-width: 640px) {
  main, header.top, footer { padding-left: 18px; padding-right: 18px; }
  h1 { font-size: 28px; }
  .tools { float: none; }
}
@media print {
  @page { size: A4; margin: 16mm 14mm; }
  :root { --paper: #ffffff; }
  body { font-size: 10pt; }
  main, header.top, footer { max-width: none; padding: 0; }
  header.top { padding-top: 0; }
  h1 { font-size: 22pt; }
  h2 { font-size: 15pt; margin-top: 22pt; break-after: avoid; }
  h3, figure h4, caption { break-after: avoid; }
  h3 { font-size: 12pt; }
  figure { margin: 12pt 0 16pt; }
  figure h4 { font-size: 10pt; }
  figcaption, .note, .key { font-size: 8.5pt; max-width: none; }
  .callout { font-size: 10.5pt; }
  p.summary { font-size: 11.5pt; }
  nav, .tools, .plot form, .licences { display: none; }
  .plot { overflow: visible; }
  .plot svg { max-width: 100%; height: auto; }
  table { font-size: 8.5pt; }
  table.metrics, table.metrics td .value, table.metrics td .line { font-size: 7.5pt; }
  th, td { padding: 3pt 8pt 3pt 0; }
  .line { font-size: 7.5pt; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  a { color: inherit; text-decoration: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";
}

}  // namespace vesper::report
