import type { Figure } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { type ComparisonRow, type MeasuredRow, measuredRows } from "../fit/comparison.js";
import { comparisonTable } from "../fit/fit-report.js";
import type { RunReport } from "../kit/report.js";
import { brokenOf, type ResultRow } from "../kit/result-row.js";
import { rowSections } from "../kit/row-tables.js";
import type { TrackingField } from "./tracking-field.js";
import { fitTitles, LEAST_NFE, MIDDLE_STEPS, MOST_NFE, type TrackingFit } from "./tracking-fits.js";

/** What `metrics.json` holds. */
export interface TrackingMetrics {
  readonly fields: readonly Omit<TrackingField, "content">[];
  readonly fits: readonly Omit<TrackingFit, "content">[];
  readonly comparison: readonly ComparisonRow[];
}

const NFES = Array.from({ length: MOST_NFE - LEAST_NFE + 1 }, (_, i) => LEAST_NFE + i);
/** Rows that tables of several seeds have: those between tell the same. */
const TOLD = [10, 12, 16, 20, 24];
/** The middle of the range. */
const MIDDLE = [14, 15, 16, 17, 18, 19, 20];
const RIVALS = ["Euler", "midpoint", "RK4"];

/** Of fixed steps, whether they broke or not. */
const evaluationsOf = ({ method, steps = 0 }: ComparisonRow): number =>
  steps * ({ midpoint: 2, RK4: 4 }[method] ?? 1);

/** The run of a method of at most so many evaluations, the most that it can make of them. */
function within(rows: readonly MeasuredRow[], method: string, nfe: number): MeasuredRow | undefined {
  const own = rows.filter((row) => row.method === method && row.nfe <= nfe);
  return own.reduce<MeasuredRow | undefined>(
    (best, row) => (best === undefined || row.nfe > best.nfe ? row : best),
    undefined,
  );
}

/** How many times further off the better of midpoint and RK4 is than a hypersolver, at as many evaluations. */
function leads(rows: readonly MeasuredRow[], hypersolver: string, nfes: readonly number[]): number[] {
  return nfes.flatMap((nfe) => {
    const own = within(rows, hypersolver, nfe);
    const rivals = ["midpoint", "RK4"].flatMap((method) => within(rows, method, nfe)?.error ?? []);
    return own === undefined || rivals.length === 0 ? [] : [Math.min(...rivals) / own.error];
  });
}

/** Of at most as much arithmetic as a hypersolver in the middle, the classical method that ends closest. */
function bestOfMacs(rows: readonly MeasuredRow[], macs: number): MeasuredRow | undefined {
  const affordable = rows.filter((row) => row.role !== "hypersolver" && row.macs <= macs);
  return affordable.reduce<MeasuredRow | undefined>(
    (best, row) => (best === undefined || row.error < best.error ? row : best),
    undefined,
  );
}

export function trackingRows({
  fields = [],
  fits = [],
  comparison = [],
}: Partial<TrackingMetrics>): ResultRow[] {
  const rows = measuredRows(comparison);
  const trained = fields.map(({ basisText, loss, trainingLoss, nfe }) => ({
    key: { basis: basisText },
    outcome: { "∫ ‖z − β‖² ds": loss, "by the steps of training": trainingLoss, "NFE of dopri5@1e-6": nfe },
  }));
  const methods = [...RIVALS, ...fits.map(({ fit }) => fitTitles[fit])];
  const errors = methods.flatMap((method) =>
    TOLD.flatMap((nfe): ResultRow[] => {
      const row = comparison.find((one) => one.method === method && evaluationsOf(one) === nfe);
      if (row === undefined) return [];
      const key = { method, evaluations: nfe };
      if (isBroken(row)) return [{ key, outcome: brokenOf(row) }];
      return [{ key, outcome: { "global error": row.error, MACs: row.macs } }];
    }),
  );
  const reached = fits.flatMap(({ fit, seconds }): ResultRow[] => {
    const title = fitTitles[fit];
    const [all, middle] = [leads(rows, title, NFES), leads(rows, title, MIDDLE)];
    const own = within(rows, title, MIDDLE_STEPS);
    if (all.length === 0 || own === undefined) return [];
    const rival = bestOfMacs(rows, own.macs);
    const outcome = {
      "least lead, 10 to 25 NFE": Math.min(...all),
      "least lead, 14 to 20 NFE": Math.min(...middle),
      "lead at equal MACs": rival === undefined ? Number.NaN : rival.error / own.error,
      "seconds of fitting": seconds.fit,
    };
    return [{ key: { hypersolver: title }, outcome: finite(outcome) }];
  });
  return [...trained, ...errors, ...reached];
}

const finite = (outcome: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(outcome).filter(([, value]) => Number.isFinite(value)));

/** Whether the first hypersolver is ahead everywhere, and by how much. */
function verdictOf({ fits = [], comparison = [] }: Partial<TrackingMetrics>): string {
  const rows = measuredRows(comparison);
  return fits
    .flatMap(({ fit }) => {
      const title = fitTitles[fit];
      const [all, middle] = [leads(rows, title, NFES), leads(rows, title, MIDDLE)];
      if (all.length === 0) return [];
      const least = Math.min(...all);
      const where = least > 1 ? "everywhere" : `at ${all.filter((lead) => lead > 1).length} of ${all.length}`;
      return [
        `${title}: closer than midpoint and RK4 ${where} from ${LEAST_NFE} to ${MOST_NFE} evaluations, by a factor of ${formatNumber(least)} at least, ${formatNumber(Math.min(...middle))} from ${MIDDLE[0]} to ${MIDDLE.at(-1)}.`,
      ];
    })
    .join(" ");
}

export function trackingReport(
  title: string,
  metrics: Partial<TrackingMetrics>,
  figures: readonly Figure[],
): RunReport {
  const { comparison = [] } = metrics;
  const broken = comparison.filter((row) => isBroken(row)).length;
  return {
    title,
    lead: "Error: mean Euclidean distance to dopri5 at 1e-8 in float64 at the end of the span, on states that no fit saw. A lead is the error of the better of midpoint and RK4, of at most as many evaluations, over that of the hypersolver.",
    verdict: [verdictOf(metrics), broken === 0 ? "" : `${broken} settings broke.`].join(" ").trim(),
    facts: [],
    sections: [
      ...rowSections(trackingRows(metrics)),
      { heading: "Every method", table: comparisonTable(comparison), on: "page" },
      { heading: "Pictures", figures },
    ],
    footnotes: [
      "M. Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, appendix C.1.",
      "S. Massaroli et al., Dissecting Neural ODEs, NeurIPS 2020: Galerkin Neural ODEs and integral losses.",
    ],
  };
}
