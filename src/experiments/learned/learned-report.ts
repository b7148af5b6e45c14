import type { Figure, Table } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { type ComparisonRow, measuredRows } from "../fit/comparison.js";
import { comparisonTable } from "../fit/fit-report.js";
import { pointLabel } from "../kit/competitor.js";
import type { RunReport } from "../kit/report.js";
import { brokenOf, type ResultRow } from "../kit/result-row.js";
import type { FittedEntrant } from "./entrants.js";
import type { LearnedCase } from "./learned-case.js";
import { type Family, families, familyNames } from "./learned-spec.js";

/** A method of the comparison; of what was learned, what and for how many evaluations. */
export type LearnedRow = ComparisonRow & {
  readonly family?: Family | undefined;
  readonly evaluations?: number | undefined;
};

/** What `metrics.json` holds. */
export interface LearnedMetrics {
  /** The number that is shown. Absent in results of earlier versions, which have distances. */
  readonly measure?: LearnedCase["measure"];
  readonly fits: readonly Omit<FittedEntrant, "content">[];
  readonly comparison: readonly LearnedRow[];
}

/** What a method reaches and costs. */
interface Reached {
  readonly method: string;
  readonly value: number;
  readonly macs: number;
}

/** Of these rows the one that ends closest. */
function closest(
  rows: readonly LearnedRow[],
  measure: LearnedCase["measure"] = "error",
): Reached | undefined {
  const [best] = measuredRows(rows)
    .map((row) => ({
      // What was learned is for one number of steps.
      method: row.role === "hypersolver" ? row.method : `${row.method}, ${pointLabel(row)}`,
      value: row[measure],
      macs: row.macs,
    }))
    .sort((a, b) => a.value - b.value);
  return best;
}

/** Without learning, and of at most so many evaluations. */
function bestClassical({ comparison = [], measure }: Partial<LearnedMetrics>, evaluations: number) {
  const classical = comparison.filter(({ family, role }) => family === undefined && role !== "hypersolver");
  return closest(
    classical.filter((row) => !isBroken(row) && row.nfe <= evaluations),
    measure,
  );
}

/** What coefficients, with corrections or without, are to beat at their arithmetic: all other methods, learned ones too. */
function bestRival({ comparison = [], measure }: Partial<LearnedMetrics>, macs: number): Reached | undefined {
  const rivals = comparison.filter(
    ({ family }) => family === undefined || family === "correction" || family === "student",
  );
  return closest(
    rivals.filter((row) => !isBroken(row) && row.macs <= macs),
    measure,
  );
}

/** The error of what was learned of a kind, for so many evaluations. */
const learnedRow = (
  comparison: readonly LearnedRow[],
  family: Family,
  evaluations: number,
): LearnedRow | undefined =>
  comparison.find((row) => row.family === family && row.evaluations === evaluations);

/** One line a number of evaluations: errors at equal evaluations. */
function errorTable(metrics: Partial<LearnedMetrics>): Table {
  const { fits = [], comparison = [], measure = "error" } = metrics;
  const numbers = [...new Set(fits.map(({ evaluations }) => evaluations))];
  const columns = familyNames.filter((family) => fits.some((fit) => fit.family === family));
  return {
    columns: ["evaluations", "best classical", ...columns.map((family) => families[family])],
    rows: numbers.map((evaluations) => {
      const own = columns.map((family) => {
        const row = learnedRow(comparison, family, evaluations);
        if (row === undefined) return "";
        return isBroken(row) ? "broke" : formatNumber(row[measure]);
      });
      return [evaluations, reachedText(bestClassical(metrics, evaluations)), ...own];
    }),
  };
}

/** One line a learned solver: errors at equal arithmetic. */
function rivalTable(metrics: Partial<LearnedMetrics>): Table {
  const { fits = [], comparison = [], measure = "error" } = metrics;
  return {
    columns: ["evaluations", "learned", "MACs", "error", "best of no more MACs", "times closer"],
    rows: fits
      .filter(({ family }) => family === "coefficients" || family === "both")
      .flatMap(({ family, evaluations }) => {
        const row = learnedRow(comparison, family, evaluations);
        if (row === undefined || isBroken(row)) return [];
        const rival = bestRival(metrics, row.macs);
        const times = rival === undefined ? "" : (rival.value / row[measure]).toFixed(2);
        const own = [evaluations, families[family], formatNumber(row.macs), formatNumber(row[measure])];
        return [[...own, reachedText(rival), times]];
      }),
  };
}

const reachedText = (reached: Reached | undefined): string =>
  reached === undefined ? "" : `${formatNumber(reached.value)} (${reached.method})`;

const fitTable = (fits: LearnedMetrics["fits"]): Table => ({
  columns: ["learned", "evaluations", "numbers", "seconds for references", "for fitting"],
  rows: fits.map(({ family, evaluations, parameters, seconds }) => [
    families[family],
    evaluations,
    parameters,
    seconds.reference.toFixed(1),
    seconds.fit.toFixed(1),
  ]),
});

/** The numbers of a run by key: what was learned, and the best classical method of as many evaluations. */
export function learnedRows(metrics: Partial<LearnedMetrics>): ResultRow[] {
  const { fits = [], comparison = [], measure = "error" } = metrics;
  const label = measure === "error" ? "mean error" : "relative error";
  const numbers = [...new Set(fits.map(({ evaluations }) => evaluations))];
  return numbers.flatMap((evaluations) => {
    const best = bestClassical(metrics, evaluations);
    const classical: ResultRow[] =
      best === undefined
        ? []
        : [
            {
              key: { evaluations, method: "best classical" },
              outcome: { [label]: best.value, MACs: best.macs },
            },
          ];
    const own = fits.filter((fit) => fit.evaluations === evaluations);
    return [
      ...classical,
      ...own.flatMap(({ family, seconds }): ResultRow[] => {
        const row = learnedRow(comparison, family, evaluations);
        if (row === undefined) return [];
        const key = { evaluations, method: families[family] };
        if (isBroken(row)) return [{ key, outcome: brokenOf(row) }];
        const rival =
          family === "coefficients" || family === "both" ? bestRival(metrics, row.macs) : undefined;
        return [
          {
            key,
            outcome: {
              [label]: row[measure],
              MACs: row.macs,
              ...(rival && {
                "best of no more MACs": rival.value,
                "times closer": rival.value / row[measure],
              }),
              "seconds of references": seconds.reference,
              "seconds of fitting": seconds.fit,
            },
          },
        ];
      }),
    ];
  });
}

/** Where a student of equal arithmetic ends closer than everything that evaluates f, it is said first. */
function verdictOf({ fits = [], comparison = [], measure = "error" }: Partial<LearnedMetrics>): string {
  const students = fits.filter(({ family }) => family === "student");
  return students
    .flatMap(({ evaluations }) => {
      const [own, both] = (["student", "both"] as const).map((family) =>
        learnedRow(comparison, family, evaluations),
      );
      if (own === undefined || both === undefined || isBroken(own) || isBroken(both)) return [];
      const [a, b] = [formatNumber(both[measure]), formatNumber(own[measure])];
      const who =
        both[measure] <= own[measure]
          ? `coefficients and corrections of ${evaluations} evaluations end ${a} away, a student of their arithmetic ${b}`
          : `a student of the arithmetic of ${evaluations} evaluations ends ${b} away and beats coefficients and corrections, ${a}`;
      return [`${who.charAt(0).toUpperCase()}${who.slice(1)}.`];
    })
    .join(" ");
}

const leads: Readonly<Record<LearnedCase["measure"], string>> = {
  error: "Mean Euclidean distance to dopri5 at 1e-8 in float64, on states that no fit saw.",
  relative:
    "Mean distance to dopri5 at 1e-6 over the mean norm of the state at the end, on test images, which no fit saw.",
};

/** What came out. */
export function learnedReport(
  title: string,
  metrics: Partial<LearnedMetrics>,
  figures: readonly Figure[],
): RunReport {
  const { fits = [], comparison = [], measure = "error" } = metrics;
  return {
    title,
    lead: `${leads[measure]} A student never evaluates f, and has the arithmetic of coefficients and corrections of so many evaluations.`,
    verdict: verdictOf(metrics),
    facts: [],
    sections: [
      { heading: "Errors by evaluations of f", table: errorTable(metrics), on: "both" },
      { heading: "Errors by multiply–accumulates", table: rivalTable(metrics), on: "both" },
      { heading: "Fits", table: fitTable(fits), on: "both" },
      { heading: "Every method", table: comparisonTable(comparison), on: "page" },
      { heading: "Pictures", figures },
    ],
    footnotes: [
      "N. Shaul et al., Bespoke Non-Stationary Solvers for Fast Sampling of Diffusion and Flow Models, ICML 2024.",
      "M. Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020.",
    ],
  };
}
