import {
  type Figure,
  type Report,
  renderReport,
  renderSvg,
  type Table,
  textTable,
} from "../../plot/index.js";
import type { Artifact } from "./artifact.js";

/** What came out of a run, for people: terminal text, a page and pictures are made of it. */
export interface RunReport {
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly lead: string;
  /** What came out of it: behind the lead on a page, last in a terminal. */
  readonly verdict?: string;
  /** Names and values beside those of every run: data, architecture. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly RunSection[];
  readonly footnotes?: readonly string[];
}

/** A part of a report. One whose table has no rows, or that has no figures where they belong, vanishes. */
export interface RunSection {
  /** Terminals leave it out. */
  readonly heading: string;
  readonly text?: string;
  readonly table?: Table | undefined;
  readonly figures?: readonly Figure[];
  /** Where it is shown. Default `page`; figures are never in terminals, and texts there only without a table. */
  readonly on?: "page" | "terminal" | "both";
}

/** What every page says of its run, around what it says of its own. */
export function withRunFacts(
  report: RunReport,
  { command, preset, seed, status }: { command: string; preset?: string; seed: number; status: string },
): RunReport {
  const first = [
    ["Command", command],
    ...(preset === undefined ? [] : [["Preset", preset] as const]),
  ] as const;
  return { ...report, facts: [...first, ["Seed", String(seed)], ...report.facts, ["Status", status]] };
}

/** For terminals: the lead, the tables and texts that are meant for it, the verdict. */
export function reportText({ lead, sections, verdict = "" }: RunReport): string {
  const parts = sections
    .filter((section) => (section.on ?? "page") !== "page" && hasContent(section))
    .map(({ table, text = "" }) =>
      table === undefined
        ? text
        : textTable(table.columns, table.rows, { emphasized: table.emphasized ?? [] }),
    );
  return [lead, ...parts, verdict].filter((part) => part !== "").join("\n\n");
}

/** `metrics.json`, every figure as SVG, and `report.html`. */
export async function reportArtifacts(report: RunReport, metrics: object): Promise<Artifact[]> {
  const sections = report.sections.filter((section) => section.on !== "terminal" && hasContent(section));
  const files: Artifact[] = [metricsFile(metrics)];
  const drawn: Report["sections"][number][] = [];
  for (const { heading, text, table, figures = [] } of sections) {
    const pictures: { svg: string; caption: string; title: string }[] = [];
    for (const { name, title, caption, ...figure } of figures) {
      const svg = await renderSvg({ name, title, caption, ...figure });
      files.push({ path: `figures/${name}.svg`, content: svg });
      pictures.push({ svg, caption, title });
    }
    drawn.push({ heading, figures: pictures, text, table });
  }
  const { title, lead, verdict = "", facts, footnotes = [] } = report;
  const page = renderReport({ title, lead: `${lead} ${verdict}`.trim(), facts, sections: drawn, footnotes });
  return [...files, { path: "report.html", content: page }];
}

export const metricsFile = (metrics: object): Artifact => ({
  path: "metrics.json",
  content: `${JSON.stringify(metrics, undefined, 2)}\n`,
});

function hasContent(section: RunSection): boolean {
  const { text = "", table, figures = [] } = section;
  const isTextAlone = !("table" in section) && !("figures" in section);
  return isTextAlone ? text !== "" : (table?.rows.length ?? 0) + figures.length > 0;
}
