import type { Mean } from "../../metrics/index.js";
import type { Figure, Table } from "../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { type ComparisonRow, measuredRows } from "../fit/comparison.js";
import { type FitMetrics, meanError } from "../fit/fit-metrics.js";
import { comparisonTable } from "../fit/fit-report.js";
import { phasesText } from "../flow/flow-phases.js";
import { meanText, withError } from "../kit/mean-text.js";
import type { RunReport } from "../kit/report.js";
import { type ResultRow, resultRow } from "../kit/result-row.js";
import type { CnfMetrics } from "./cnf-metrics.js";
import { cnfVerdict, timeOf, toldApart } from "./cnf-verdict.js";
import type { DensityQuality } from "./density-quality.js";
import type { SampleQuality } from "./sample-quality.js";

/** What came out of a run: what was learned, and what two evaluations are worth. */
export function cnfReport(metrics: Partial<CnfMetrics>, figures: readonly Figure[]): RunReport {
  const { density, flow, sampling } = metrics;
  const training = flow && `${phasesText(flow.phases)}; ${formatNumber(flow.seconds.training)} s`;
  const methods = allMethods(sampling);
  return {
    title: `A continuous normalizing flow over ${density}, in two evaluations`,
    lead: trainingSentence(metrics),
    verdict: cnfVerdict(metrics) ?? interruption(metrics),
    facts: training === undefined ? [] : [["Training", training]],
    sections: [
      { heading: "Pictures", figures },
      { heading: "Samples", text: SAMPLING_TEXT, table: samplingTable(metrics), on: "both" },
      { heading: "Densities", text: DENSITY_TEXT, table: densityTable(metrics), on: "both" },
      {
        heading: "Sampling against every other solver",
        text: "Mean Euclidean distance to dopri5 with tolerance 1e-8 in float64, in standardized coordinates, on base draws that the fit never saw. MACs count f and g.",
        table: methods.length === 0 ? undefined : comparisonTable(methods),
      },
    ],
    footnotes: [
      "Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, section 4.2.",
      "Sliced Wasserstein distance and squared maximum mean discrepancy (unbiased, so it may be negative) to the same fresh data; two fresh samples of the data themselves are the floor.",
    ],
  };
}

/** The numbers of a run by method. */
export function cnfRows({ quality = [], speed = [], densities = [] }: Partial<CnfMetrics>): ResultRow[] {
  return [
    ...quality.map((row) =>
      resultRow<SampleQuality>({ "samples of": row.method }, row, (own) => ({
        NFE: own.nfe,
        "sliced Wasserstein": own.slicedWasserstein.mean,
        "MMD²": own.discrepancy.mean,
        ...known("milliseconds", timeOf(speed, own.method)),
      })),
    ),
    ...densities.map((row) =>
      resultRow<DensityQuality>({ "density by": row.method }, row, (own) => ({
        NFE: own.nfe,
        NLL: own.nll.mean,
        ...known("error of log p", own.logDensityError),
        milliseconds: own.milliseconds,
      })),
    ),
  ];
}

const known = (name: string, value: number | undefined): Readonly<Record<string, number>> =>
  value === undefined ? {} : { [name]: value };

/** The solvers that every fit is compared with, once, and each hypersolver at the step that it learned. */
export function allMethods(fits: CnfMetrics["sampling"] = {}): ComparisonRow[] {
  const all = Object.values(fits);
  const hypersolvers = all.flatMap(({ comparison, learned }) =>
    comparison.filter(({ role, steps }) => role === "hypersolver" && steps === learned.steps),
  );
  const others = (all[0]?.comparison ?? []).filter(({ role }) => role !== "hypersolver");
  return [...others, ...hypersolvers];
}

function interruption({ sampling = {} }: Partial<CnfMetrics>): string {
  const made = Object.keys(sampling);
  return made.length === 0
    ? "Interrupted before the fits."
    : `Interrupted before all was measured. Fitted for sampling: ${made.join("; ")}.`;
}

const SAMPLING_TEXT =
  "Distances of samples to fresh data, mean and standard error over base draws; the same draws and data for all methods, whose scatter the difference to dopri5 seed by seed is free of. Told from dopri5: a difference beyond two standard errors of the distances themselves. Mean error: Euclidean distance to dopri5 at 1e-8 in float64, in standardized coordinates. Time for one sample of that size, median of warm runs taking turns. A method that ran into NaN or a limit broke.";
const DENSITY_TEXT =
  "Log-densities of held-out data, from data to base. The error of log p is against dopri5 at 1e-6; the distance is that of the points reached at the base.";

const nats = ({ mean, standardError }: Mean): string =>
  standardError === undefined ? formatNumber(mean) : withError(mean.toFixed(4), standardError);

function trainingSentence({ density, flow }: Partial<CnfMetrics>): string {
  if (flow === undefined) return "";
  const { heldOut, entropy, broken } = flow;
  if (heldOut === undefined)
    return `The flow over ${density} gave held-out data no likelihood: ${broken?.reason}`;
  const floor =
    entropy === undefined ? "" : ` (the density's entropy, which no model beats: ${entropy.toFixed(4)})`;
  return `The flow over ${density} gives held-out data ${nats(heldOut.nll)} nats of negative log-likelihood${floor}; dopri5 at 1e-5 takes ${heldOut.nfe} evaluations.`;
}

const dopri5Error = (fit: FitMetrics | undefined): number | undefined =>
  measuredRows(fit?.comparison ?? []).find(({ tolerance }) => tolerance === 1e-5)?.error;

function samplingTable({ quality, speed = [], sampling = {} }: Partial<CnfMetrics>): Table | undefined {
  if (quality === undefined) return undefined;
  const fits = Object.entries(sampling);
  const errors: Readonly<Record<string, number | undefined>> = Object.fromEntries([
    ...fits.map(([name, { learned }]) => [name, meanError(learned)]),
    ...fits.map(([, { base }]) => [base.title, meanError(base)]),
    ["dopri5", dopri5Error(fits[0]?.[1])],
  ]);
  const columns = ["samples of", "NFE", "sliced Wasserstein", "minus dopri5's", "MMD²", "minus dopri5's"];
  return {
    columns: [...columns, "told from dopri5", "mean error", "time"],
    rows: quality.map((row) => {
      const { method } = row;
      const error = errors[method] === undefined ? "" : formatNumber(errors[method]);
      if (isBroken(row)) return [method, "", "broke", "", "", "", "", error, ""];
      const { nfe, slicedWasserstein, discrepancy, minusReference: minus } = row;
      const time = timeOf(speed, method);
      return [
        method,
        nfe === 0 ? "" : nfe,
        meanText(slicedWasserstein),
        minus === undefined ? "" : meanText(minus.slicedWasserstein),
        meanText(discrepancy),
        minus === undefined ? "" : meanText(minus.discrepancy),
        toldApart(row),
        error,
        time === undefined ? "" : formatMilliseconds(time),
      ];
    }),
    emphasized: quality.flatMap(({ method }, i) => (sampling[method] === undefined ? [] : [i])),
  };
}

function densityTable({ densities }: Partial<CnfMetrics>): Table | undefined {
  if (densities === undefined) return undefined;
  return {
    columns: ["density by", "NFE", "NLL", "mean error of log p", "distance at the base", "time"],
    rows: densities.map((row) => {
      if (isBroken(row)) return [row.method, "", "broke", "", "", ""];
      const { method, nfe, nll, logDensityError: off, endpointError: distance, milliseconds } = row;
      const numbers = [off, distance].map((value) => (value === undefined ? "" : formatNumber(value)));
      return [method, nfe, nats(nll), ...numbers, formatMilliseconds(milliseconds)];
    }),
  };
}
