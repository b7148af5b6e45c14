import { reportStyle } from "./report-style.js";
import { scopeSvgIds } from "./svg.js";
import type { Table } from "./table.js";
import { prepareTable } from "./table.js";

/** A drawn figure with the words around it. */
export interface ReportFigure {
  /** Text of `renderSvg`. Inserted as it is: do not pass an SVG from elsewhere. */
  readonly svg: string;
  /** Printed below. */
  readonly caption?: string;
  /** Read aloud by screen readers. Default: the caption. */
  readonly title?: string;
}

/** A part of a report; everything but the heading is optional. Order: text, table, figures. */
export interface ReportSection {
  readonly heading: string;
  /** Plain text; an empty line starts a new paragraph. */
  readonly text?: string | undefined;
  readonly table?: Table | undefined;
  readonly figures?: readonly ReportFigure[];
}

/** The content of a report, all plain text except the figures. */
export interface Report {
  readonly title: string;
  /** First paragraph, set larger: the result in a sentence or two. */
  readonly lead?: string;
  /** Names and values listed under the lead: command, seed, date. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly ReportSection[];
  /** Numbered notes at the end. */
  readonly footnotes?: readonly string[];
  /** Language code of the texts. Default `"en"`. */
  readonly language?: string;
}

/**
 * A report as one self-contained HTML document: inline styles and drawings, no scripts, nothing loaded from
 * elsewhere. Light and dark, from telephone to paper. All text is escaped.
 */
export function renderReport(report: Report): string {
  const { title, lead, facts = [], sections, footnotes = [], language = "en" } = report;
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    lead === undefined ? "" : `<p class="lead">${escapeHtml(lead)}</p>`,
    factsHtml(facts),
    ...sections.map(sectionHtml),
    footnotesHtml(footnotes),
  ];
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
${reportStyle}</style>
</head>
<body>
<main>
${body.filter((part) => part !== "").join("\n")}
</main>
</body>
</html>
`;
}

/** Replaces the five characters that mean something in HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function sectionHtml(section: ReportSection, index: number): string {
  const { heading, text, table, figures = [] } = section;
  const parts = [
    `<h2>${escapeHtml(heading)}</h2>`,
    text === undefined ? "" : paragraphs(text),
    table === undefined ? "" : tableHtml(table),
    ...figures.map((figure, i) => figureHtml(figure, `figure-${index + 1}-${i + 1}`)),
  ];
  return `<section>\n${parts.filter((part) => part !== "").join("\n")}\n</section>`;
}

function paragraphs(text: string): string {
  return text
    .split(/\n\s*\n/)
    .filter((part) => part.trim() !== "")
    .map((part) => `<p>${escapeHtml(part.trim())}</p>`)
    .join("\n");
}

function tableHtml(table: Table): string {
  const { labels, align, rows } = prepareTable(table);
  const attribute = (j: number): string => (align[j] === "right" ? ' class="number"' : "");
  const head = labels.map((label, j) => `<th scope="col"${attribute(j)}>${escapeHtml(label)}</th>`).join("");
  const body = rows.map(({ cells, emphasized }) => {
    const row = cells.map((cell, j) => `<td${attribute(j)}>${escapeHtml(cell)}</td>`).join("");
    return `<tr${emphasized ? ' class="emphasized"' : ""}>${row}</tr>`;
  });
  return `<div class="table"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody>\n</table></div>`;
}

function figureHtml({ svg, caption, title }: ReportFigure, id: string): string {
  const label = title ?? caption;
  const drawing = scopeSvgIds(svg, id);
  const role = label === undefined ? "" : ` role="group" aria-label="${escapeHtml(label)}"`;
  const words = caption === undefined ? "" : `\n<figcaption>${escapeHtml(caption)}</figcaption>`;
  return `<figure id="${id}"${role}>\n<div class="drawing">${drawing}</div>${words}\n</figure>`;
}

function factsHtml(facts: readonly (readonly [string, string])[]): string {
  if (facts.length === 0) return "";
  const items = facts.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl>\n${items.join("\n")}\n</dl>`;
}

function footnotesHtml(footnotes: readonly string[]): string {
  if (footnotes.length === 0) return "";
  const items = footnotes.map((note) => `<li>${escapeHtml(note)}</li>`);
  return `<footer>\n<ol>\n${items.join("\n")}\n</ol>\n</footer>`;
}
