"""The style sheet of the HTML report: light and dark, narrow and wide, screen and paper; no font is fetched."""

STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1b1f24; --faint: #59636e; --paper: #ffffff; --panel: #f5f7f9; --rule: #d3d9df; --link: #0b57b0;
  --proved: #14682f; --refuted: #b3202a; --supported: #0a6175; --doubted: #8a2a8f; --undecided: #7d5200;
}
@media (prefers-color-scheme: dark) { :root {
  --ink: #e4e7ea; --faint: #a3acb5; --paper: #15181c; --panel: #1e2329; --rule: #3a424b; --link: #84b9ff;
  --proved: #6fd08c; --refuted: #ff8f8f; --supported: #6cc9df; --doubted: #e29ae6; --undecided: #e6b45c;
} }
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
body { margin: 0 auto; padding: 1rem; max-width: 68rem; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0; }
h2 { font-size: 1.25rem; margin: 2rem 0 0.75rem; }
h3 { font-size: 1.05rem; margin: 0; }
p { margin: 0.5rem 0; max-width: 48rem; }
a { color: var(--link); }
a:focus-visible, input:focus-visible + label, summary:focus-visible, .scroll:focus-visible {
  outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px;
}
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.25rem 0.5rem; }
code, pre { font: 0.875rem/1.45 ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--panel); padding: 0.5rem; margin: 0.25rem 0; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", "Libertinus Math", "STIX Math", "STIX",
    "TeX Gyre Termes Math", "DejaVu Math TeX Gyre", math, serif; }
.keep { display: inline-block; max-width: 100%; vertical-align: baseline; overflow-wrap: anywhere; }
.then { margin-left: 0.75em; }
.statement math, .pieces math { math-style: normal; }

fieldset { border: 0; margin: 0 0 0.5rem; padding: 0; display: flex; flex-wrap: wrap; gap: 0.375rem; }
legend { float: left; min-width: 4.5rem; padding: 0.25rem 0; color: var(--faint); }
fieldset input { position: absolute; opacity: 0; }
fieldset label {
  border: 1px solid var(--rule); border-radius: 1rem; padding: 0.2rem 0.75rem; background: var(--panel);
  cursor: pointer;
}
fieldset input:checked + label { background: var(--ink); color: var(--paper); border-color: var(--ink); }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.75rem 0.3rem 0; }
th, td { border-bottom: 1px solid var(--rule); }
thead th { color: var(--faint); font-weight: 600; }
tbody th { font-weight: 400; }
.verdict { font-weight: 700; font-size: 0.875rem; letter-spacing: 0.02em; white-space: nowrap; }
.proved { color: var(--proved); } .refuted { color: var(--refuted); } .supported { color: var(--supported); }
.doubted { color: var(--doubted); } .undecided { color: var(--undecided); }

article { border: 1px solid var(--rule); border-left: 0.3rem solid var(--rule); border-radius: 0.25rem; }
article { padding: 0.75rem 1rem; margin: 0 0 1rem; scroll-margin-top: 1rem; }
article[data-verdict="proved"] { border-left-color: var(--proved); }
article[data-verdict="refuted"] { border-left-color: var(--refuted); }
article:target { background: var(--panel); }
.title { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: baseline; justify-content: space-between; }
.source, .note { color: var(--faint); margin: 0.1rem 0 0.5rem; }
.statement { font-size: 1.1rem; line-height: 1.9; margin: 0.5rem 0; max-width: none; }
.statement { overflow-x: auto; overflow-y: hidden; }
dl { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 0.25rem 1rem; margin: 0.5rem 0; }
dt { color: var(--faint); overflow-wrap: anywhere; }
dd { grid-column: 2; margin: 0; overflow-wrap: anywhere; min-width: 0; }
dd ul { margin: 0; padding-left: 1.1rem; }
dd .statement { margin: 0; line-height: 1.8; }
details { margin: 0.5rem 0 0; }
summary { cursor: pointer; color: var(--link); }
.pieces { list-style: none; margin: 0.5rem 0 0; padding: 0; }
.pieces > li { border-left: 2px solid var(--rule); padding: 0.1rem 0 0.1rem 0.75rem; margin: 0 0 0.75rem; }
.pieces dl { font-size: 0.9375rem; }
.pieces dd { overflow-x: auto; overflow-y: hidden; line-height: 1.8; }
.kind { font-weight: 600; }
table.masses { width: auto; margin: 0.1rem 0; }
table.masses td { border: 1px solid var(--rule); padding: 0.1rem 0.5rem; text-align: center; line-height: 1.4; }
footer { color: var(--faint); border-top: 1px solid var(--rule); margin-top: 2rem; padding-top: 0.5rem; }

@media (max-width: 40rem) {
  body { padding: 0.75rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { grid-column: 1; margin-bottom: 0.4rem; }
  legend { float: none; width: 100%; }
  .statement { font-size: 1rem; }
  .wide { display: none; }
}

.space { white-space: nowrap; }
@media print {
  :root {
    color-scheme: light;
    --ink: #000; --faint: #444; --paper: #fff; --panel: #fff; --rule: #bbb; --link: #000;
    --proved: #14682f; --refuted: #b3202a; --supported: #0a6175; --doubted: #8a2a8f; --undecided: #7d5200;
  }
  @page { margin: 18mm 16mm; }
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; }
  a { text-decoration: none; }
  .filters, .skip, .raw { display: none; }
  .scroll, .statement, .pieces dd { overflow: visible; }
  thead { display: table-header-group; }
  tr, .title, .statement, table.masses, .pieces > li > p { break-inside: avoid; }
  h2, .title, summary { break-after: avoid; }
  article { border-width: 0 0 0 0.2rem; border-radius: 0; padding: 0 0 0 0.75rem; }
  summary { color: var(--faint); list-style: none; }
  details::details-content { content-visibility: visible; height: auto; block-size: auto; }
}
"""
