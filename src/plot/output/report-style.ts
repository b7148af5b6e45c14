/** Style sheet of a report: system fonts, one column of text, wider tables and figures, light and dark. */
export const reportStyle = `:root {
  --paper: #ffffff; --ink: #1f2430; --muted: #5c6370; --rule: #dfe2e7; --band: #fdf1e7; --accent: #b34f00;
  --wash: #f6f7f9;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171c; --ink: #e4e6ea; --muted: #9aa2af; --rule: #333944; --band: #3a2817; --accent: #ffa04d;
    --wash: #1c2027; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.6 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { margin: 0 0 .75rem; font-size: 2.1rem; line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
h2 { margin: 3rem 0 .75rem; font-size: 1.3rem; line-height: 1.3; letter-spacing: -.005em; }
p { margin: 0 0 1rem; max-width: 44rem; }
.lead { font-size: 1.2rem; line-height: 1.5; color: var(--muted); }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1.25rem 0 0; padding: .8rem 1rem;
  background: var(--wash); border-radius: .5rem; font-size: .88rem; }
dt { color: var(--muted); font-size: .8rem; }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.table { overflow-x: auto; margin: 1.25rem 0; }
table { border-collapse: collapse; min-width: min(100%, 32rem); font-size: .94rem; line-height: 1.4; }
th, td { padding: .45rem .9rem; text-align: left; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--muted); font-weight: 600; font-size: .85rem; border-bottom: 2px solid var(--rule); vertical-align: bottom; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.emphasized td { background: var(--band); font-weight: 600; }
.emphasized td:first-child { box-shadow: inset 3px 0 var(--accent); }
figure { margin: 1.5rem 0 2rem; }
.drawing { overflow-x: auto; padding: .25rem; background: #ffffff; border: 1px solid var(--rule); border-radius: .5rem; }
.drawing svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
figcaption { margin-top: .6rem; max-width: 44rem; color: var(--muted); font-size: .9rem; line-height: 1.5; }
footer { margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--rule); color: var(--muted); font-size: .88rem; }
footer ol { margin: 0; padding-left: 1.25rem; }
@media (max-width: 40rem) { body { font-size: 16px; } main { padding-top: 1.75rem; } h1 { font-size: 1.65rem; } }
@media print { main { max-width: none; padding: 0; } figure, .table { break-inside: avoid; } }
`;
