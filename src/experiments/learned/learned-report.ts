import type { Figure, Table } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { type ComparisonRow, type MeasuredRow, measuredRows } from "../fit/comparison.js";
import { comparisonTable } from "../fit/fit-report.js";
import type { RunReport } from "../kit/report.js";
import { brokenOf, type ResultRow } from "../kit/result-row.js";
import { type Family, type FittedEntrant, families } from "./entrants.js";

/** A method of the comparison; of what was learned, what and for how many evaluations. */
export type LearnedRow = ComparisonRow & {
  readonly family?: Family | undefined;
  readonly evaluations?: number | undefined;
};

/** What `metrics.json` holds. */
export interface LearnedMetrics {
  readonly fits: readonly Omit<FittedEntrant, "content">[];
  readonly comparison: readonly LearnedRow[];
}

/** The classical method of at most so many evaluations that ends closest. */
function bestClassical(comparison: readonly LearnedRow[], evaluations: number): MeasuredRow | undefined {
  const within = measuredRows(comparison.filter(({ family }) => family === undefined));
  return within
    .filter(({ nfe }) => nfe <= evaluations)
    .reduce<MeasuredRow | undefined>(
      (best, row) => (best === undefined || row.error < best.error ? row : best),
      undefined,
    );
}

/** The error of what was learned of a kind, for so many evaluations. */
const learnedRow = (
  comparison: readonly LearnedRow[],
  family: Family,
  evaluations: number,
): LearnedRow | undefined =>
  comparison.find((row) => row.family === family && row.evaluations === evaluations);

/** One line a number of evaluations: errors at equal evaluations, the least emphasized by the reader. */
function errorTable({ fits = [], comparison = [] }: Partial<LearnedMetrics>): Table {
  const numbers = [...new Set(fits.map(({ evaluations }) => evaluations))];
  const columns = Object.keys(families) as Family[];
  return {
    columns: ["evaluations", "best classical", ...columns.map((family) => families[family])],
    rows: numbers.map((evaluations) => {
      const classical = bestClassical(comparison, evaluations);
      const own = columns.map((family) => {
        const row = learnedRow(comparison, family, evaluations);
        if (row === undefined) return "";
        return isBroken(row) ? "broke" : formatNumber(row.error);
      });
      const best = classical === undefined ? "" : `${formatNumber(classical.error)} (${classical.method})`;
      return [evaluations, best, ...own];
    }),
  };
}

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
export function learnedRows({ fits = [], comparison = [] }: Partial<LearnedMetrics>): ResultRow[] {
  const numbers = [...new Set(fits.map(({ evaluations }) => evaluations))];
  return numbers.flatMap((evaluations) => {
    const best = bestClassical(comparison, evaluations);
    const classical: ResultRow[] =
      best === undefined
        ? []
        : [{ key: { evaluations, method: "best classical" }, outcome: numbersOf(best) }];
    const own = fits.filter((fit) => fit.evaluations === evaluations);
    return [
      ...classical,
      ...own.flatMap(({ family, seconds }): ResultRow[] => {
        const row = learnedRow(comparison, family, evaluations);
        if (row === undefined) return [];
        const key = { evaluations, method: families[family] };
        if (isBroken(row)) return [{ key, outcome: brokenOf(row) }];
        const spent = { "seconds of references": seconds.reference, "seconds of fitting": seconds.fit };
        return [{ key, outcome: { ...numbersOf(row), ...spent } }];
      }),
    ];
  });
}

const numbersOf = ({ error, macs }: MeasuredRow): Readonly<Record<string, number>> => ({
  "mean error": error,
  MACs: macs,
});

/** Where a student of equal arithmetic ends closer than everything that evaluates f, it is said first. */
function verdictOf({ fits = [], comparison = [] }: Partial<LearnedMetrics>): string {
  const students = fits.filter(({ family }) => family === "student");
  return students
    .flatMap(({ evaluations }) => {
      const [own, both] = (["student", "both"] as const).map((family) =>
        learnedRow(comparison, family, evaluations),
      );
      if (own === undefined || both === undefined || isBroken(own) || isBroken(both)) return [];
      const [a, b] = [formatNumber(both.error), formatNumber(own.error)];
      const who =
        both.error <= own.error
          ? `coefficients and corrections of ${evaluations} evaluations end ${a} away, a student of their arithmetic ${b}`
          : `a student of the arithmetic of ${evaluations} evaluations ends ${b} away and beats coefficients and corrections, ${a}`;
      return [`${who.charAt(0).toUpperCase()}${who.slice(1)}.`];
    })
    .join(" ");
}

/** What came out. */
export function learnedReport(
  title: string,
  metrics: Partial<LearnedMetrics>,
  figures: readonly Figure[],
): RunReport {
  const { fits = [], comparison = [] } = metrics;
  return {
    title,
    lead: "Mean Euclidean distance to dopri5 at 1e-8 in float64, on states that no fit saw. A student never evaluates f, and has the arithmetic of coefficients and corrections of so many evaluations.",
    verdict: verdictOf(metrics),
    facts: [],
    sections: [
      { heading: "Errors by evaluations of f", table: errorTable(metrics), on: "both" },
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
