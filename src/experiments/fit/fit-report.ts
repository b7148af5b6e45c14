import type { ValidityCard } from "../../hypersolver/index.js";
import { droppedText } from "../../hypersolver/internal.js";
import { type Figure, type Table, textTable } from "../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { settingOf } from "../kit/competitor.js";
import type { RunReport } from "../kit/report.js";
import { type ResultRow, resultRow } from "../kit/result-row.js";
import { type ComparisonRow, hyperTitle, type MeasuredRow, methodTitle } from "./comparison.js";
import type { FitMetrics } from "./fit-metrics.js";

/** The comparison as a table: cheapest first within a method, the hypersolver emphasized. */
export function comparisonTable(rows: readonly ComparisonRow[]): Table {
  return {
    columns: [
      { label: "method", align: "left" },
      { label: "steps", align: "right" },
      "NFE",
      "g calls",
      "MACs a sample",
      "time",
      "mean error",
      "relative",
    ],
    rows: rows.map((row) => {
      const labels = [row.method, settingOf(row)];
      if (isBroken(row)) return [...labels, "", "", "", "broke", "", ""];
      const { nfe, gCalls, macs, milliseconds, error, relative } = row;
      const costs = [nfe, gCalls, formatNumber(macs), formatMilliseconds(milliseconds)];
      return [...labels, ...costs, formatNumber(error), formatNumber(relative)];
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
      ({ nfe, gCalls, macs, milliseconds, error, relative }) => ({
        NFE: nfe,
        "g calls": gCalls,
        MACs: macs,
        milliseconds,
        "mean error": error,
        relative,
      }),
    ),
  );

/** The comparison for a terminal. */
export function comparisonText(rows: readonly ComparisonRow[]): string {
  const { columns, rows: cells, emphasized } = comparisonTable(rows);
  return textTable(columns, cells, emphasized === undefined ? {} : { emphasized });
}

/** One sentence: what was reached, at what cost. */
export function fitSummary({ base, hypersolver }: FitMetrics): string {
  const title = hyperTitle(base.method);
  const steps = count(hypersolver.steps, "step");
  if (isBroken(hypersolver)) return `${title} with ${steps} breaks on these states.`;
  const { mean, nfe } = hypersolver;
  const alone = isBroken(base)
    ? "alone breaks on these states."
    : `alone ends ${formatNumber(base.mean)} away: ${closerText(base.mean / mean)}.`;
  return (
    `${title} with ${steps} (${count(nfe, "evaluation")} of f) ends ${formatNumber(mean)} from the reference on average; ` +
    `${methodTitle(base.method)} ${alone}`
  );
}

const closerText = (factor: number): string =>
  `${formatNumber(factor)} times ${factor >= 1 ? "closer" : "as close"}`;

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** What came out of one fit. */
export function fitReport(metrics: FitMetrics, card: ValidityCard, figures: readonly Figure[]): RunReport {
  const { reference, fit } = metrics.seconds;
  const { method, precision } = card.reference;
  return {
    title: metrics.title,
    lead: "",
    verdict: fitSummary(metrics),
    facts: [
      ["Correction", `${formatNumber(metrics.parameters)} parameters; sees ${card.inputs.join(", ")}`],
      ["Step sizes learned", card.epsilon.map(formatNumber).join(" to ")],
      ["Initial states", card.states.source],
      ["Reference", `${method} in ${precision}`],
      ["Noise floor of the residuals", formatNumber(metrics.noiseFloor)],
      ["Seconds", `${formatNumber(reference)} for references, ${formatNumber(fit)} for fitting`],
      ["Iterations", String(metrics.iterations)],
      ["Field", `fingerprint ${card.fingerprint}`],
    ],
    sections: [
      {
        heading: "Against every other solver",
        text: `Mean Euclidean distance at the end of the span to ${measuringText(metrics.measuring)}, on ${metrics.heldOutSamples} initial states that the fit never saw${droppedText(metrics.dropped)}. MACs count f and g.`,
        table: comparisonTable(metrics.comparison),
        on: "both",
      },
      { heading: "Pictures", figures },
    ],
    footnotes: [
      "A hypersolver adds a learned estimate of the truncation error to each step: Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020.",
      `Made by ${card.library}, seed ${card.seed}.`,
    ],
  };
}

/** What errors are measured against, with its own error where it has one worth telling. */
export function measuringText({ method, precision, noise }: FitMetrics["measuring"]): string {
  const text = `${method} in ${precision}`;
  return noise > 0 ? `${text} (itself off by ${formatNumber(noise)}, relative)` : text;
}
