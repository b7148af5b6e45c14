import { droppedText, REGRESSION } from "../../hypersolver/internal.js";
import { type Figure, type Table, textTable } from "../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { settingOf } from "../kit/competitor.js";
import type { RunReport } from "../kit/report.js";
import { type ResultRow, resultRow } from "../kit/result-row.js";
import { bestRival } from "./best-rival.js";
import { type ComparisonRow, type MeasuredRow, measuredRows } from "./comparison.js";
import type { FitMetrics, MethodResult } from "./fit-metrics.js";
import type { LearnedStory } from "./learned-solver.js";

/** The comparison as a table: cheapest first within a method, the learned solver emphasized. */
export function comparisonTable(rows: readonly ComparisonRow[]): Table {
  const measured = measuredRows(rows);
  // Results of earlier versions have no medians, and states that are no images no peaks.
  const has = (name: "median" | "psnr"): boolean => measured.some((row) => row[name] !== undefined);
  const optional = <T>(name: "median" | "psnr", value: T): T[] => (has(name) ? [value] : []);
  return {
    columns: [
      { label: "method", align: "left" },
      { label: "steps", align: "right" },
      "NFE",
      "g calls",
      "MACs a sample",
      "time",
      "mean error",
      ...optional("median", "half below"),
      "95 % below",
      "relative",
      ...optional("psnr", "PSNR"),
    ],
    rows: rows.map((row) => {
      const labels = [row.method, settingOf(row)];
      const blank = [...optional("median", ""), ...optional("psnr", "")];
      if (isBroken(row)) return [...labels, "", "", "", "broke", "", "", "", ...blank];
      const { nfe, gCalls, macs, milliseconds, error, median, quantile95, relative, psnr } = row;
      const costs = [nfe, gCalls, formatNumber(macs), formatMilliseconds(milliseconds)];
      const half = optional("median", median === undefined ? "" : formatNumber(median));
      const decibels = optional("psnr", psnr === undefined ? "" : `${psnr.toFixed(1)} dB`);
      const errors = [formatNumber(error), ...half, ...[quantile95, relative].map(formatNumber)];
      return [...labels, ...costs, ...errors, ...decibels];
    }),
    emphasized: rows.flatMap(({ role }, i) => (role === "hypersolver" ? [i] : [])),
  };
}

/** The comparison by method, to be joined with those of other seeds. */
export const comparisonRows = (rows: readonly ComparisonRow[]): ResultRow[] =>
  rows.map((row) =>
    resultRow<MeasuredRow>(
      { method: row.method, steps: settingOf(row) },
      row,
      ({ nfe, gCalls, macs, milliseconds, error, quantile95, relative }) => ({
        NFE: nfe,
        "g calls": gCalls,
        MACs: macs,
        milliseconds,
        "mean error": error,
        "95 % below": quantile95,
        relative,
      }),
    ),
  );

/** The comparison for a terminal. */
export function comparisonText(rows: readonly ComparisonRow[]): string {
  const { columns, rows: cells, emphasized } = comparisonTable(rows);
  return textTable(columns, cells, emphasized === undefined ? {} : { emphasized });
}

/** What was reached, at what cost, and what comes closest without learning. */
export function fitSummary({ base, learned, learn, spec, comparison, rivals }: FitMetrics): string {
  const inSteps = `${learned.title} with ${count(learned.steps, "step")}`;
  if (isBroken(learned)) return `${learn === "correction" ? inSteps : learned.title} breaks on these states.`;
  const isComputed = "start" in spec && spec.start === REGRESSION;
  const [what, alone] = namesOf(learn, learned, base, isComputed);
  const before = isBroken(base)
    ? `${alone} breaks on these states.`
    : `${alone} ends ${formatNumber(base.mean)} away: ${closerText(base.mean / learned.mean)}.`;
  return [
    `${what} ends ${formatNumber(learned.mean)} from the reference on average; ${before}`,
    ...(rivals === "skipped" ? [NOT_COMPARED] : rivalSentences(learned, comparison, base.title)),
  ].join(" ");
}

const NOT_COMPARED = "Other solvers were not measured.";

/** What was learned, and what it is compared with first. */
function namesOf(
  learn: FitMetrics["learn"],
  { title, steps, nfe, macs }: MethodResult,
  base: FitMetrics["base"],
  isComputed: boolean,
): readonly [what: string, alone: string] {
  const evaluations = `${count(nfe, "evaluation")} of f`;
  if (learn === "correction")
    return [`${title} with ${count(steps, "step")} (${evaluations})`, `${base.title} alone`];
  if (learn !== "student") {
    const story = isComputed ? "of as many evaluations" : "with which it began";
    return [`${title} with ${evaluations}`, `${base.title}, ${story},`];
  }
  return [
    `${title} of ${formatNumber(macs)} multiply–accumulates, which never evaluates f,`,
    `${base.title} with ${count(base.steps, "step")}`,
  ];
}

/** The best without learning at the same arithmetic, and the best in the same time where that is another. */
function rivalSentences(
  learned: MethodResult,
  comparison: readonly ComparisonRow[],
  known: string,
): string[] {
  const rival = bestRival(comparison, learned);
  const inTime = bestRival(comparison, learned, "time");
  const sentence = (row: MeasuredRow | undefined, what: string): string[] => {
    if (row === undefined || row.method === known) return [];
    const { method, nfe, error, steps, tolerance } = row;
    const how = steps === undefined ? `tolerance ${tolerance?.toExponential()}` : count(steps, "step");
    return [
      `Of what ${what} without learning, ${method} with ${how} (${count(nfe, "evaluation")}) is the best: ` +
        `${formatNumber(error)} away, ${closerText(error / learned.mean)}.`,
    ];
  };
  const quick = inTime === rival ? [] : sentence(inTime, "takes no longer");
  return [...sentence(rival, "costs no more"), ...quick];
}

const closerText = (factor: number): string =>
  `${formatNumber(factor)} times ${factor >= 1 ? "closer" : "as close"}`;

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** What came out of one fit. */
export function fitReport(
  metrics: FitMetrics,
  { facts, footnotes }: LearnedStory,
  figures: readonly Figure[],
): RunReport {
  const { reference, fit } = metrics.seconds;
  const { method, precision } = metrics.reference;
  const { noiseFloor } = metrics;
  return {
    title: metrics.title,
    lead: "",
    verdict: fitSummary(metrics),
    facts: [
      ["Learned", `${formatNumber(metrics.parameters)} parameters`],
      ...facts,
      ...rowFacts(metrics),
      ["Reference", `${method} in ${precision}`],
      ...(noiseFloor === undefined
        ? []
        : [["Noise floor of the residuals", formatNumber(noiseFloor)] as const]),
      ["Seconds", `${formatNumber(reference)} for references, ${formatNumber(fit)} for fitting`],
      ["Iterations", iterationsText(metrics)],
    ],
    sections: [
      {
        heading: metrics.rivals === "skipped" ? "Against its base alone" : "Against every other solver",
        text: `Mean Euclidean distance at the end of the span to ${measuringText(metrics.measuring)}, on ${metrics.heldOutSamples} initial states that the fit never saw${droppedText(metrics.dropped)}; 95 % of them end closer than the next column says. MACs count f and g.`,
        table: comparisonTable(metrics.comparison),
        on: "both",
      },
      { heading: "Pictures", figures },
    ],
    footnotes,
  };
}

const rowFacts = ({ rows }: FitMetrics): [name: string, value: string][] =>
  rows === undefined
    ? []
    : [
        [
          "States learned from",
          `${rows.learnedFrom}, made of ${rows.given} rows: what comes again is moved by noise of ${formatNumber(rows.noise)} of their spread`,
        ],
      ];

const iterationsText = ({ iterations, spared = 0 }: FitMetrics): string =>
  spared > 0 ? `${iterations}, and ${spared} left out: it was overfitting` : String(iterations);

/** What errors are measured against, with its own error where it has one worth telling. */
export function measuringText({ method, precision, noise }: FitMetrics["measuring"]): string {
  const text = `${method} in ${precision}`;
  return noise > 0 ? `${text} (itself off by ${formatNumber(noise)}, relative)` : text;
}
