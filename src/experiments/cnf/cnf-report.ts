import type { Mean } from "../../metrics/index.js";
import type { Figure, Table } from "../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { type ComparisonRow, measuredRows, methodTitle } from "../fit/comparison.js";
import { type FitMetrics, meanError } from "../fit/fit-metrics.js";
import { comparisonTable } from "../fit/fit-report.js";
import { phasesText } from "../flow/flow-phases.js";
import type { BrokenRow } from "../kit/contest.js";
import type { RunReport } from "../kit/report.js";
import { brokenOf, type ResultRow } from "../kit/result-row.js";
import type { CnfMetrics } from "./cnf-metrics.js";
import type { SampleQuality } from "./sample-quality.js";

/** What came out of a run: what was learned, and what two evaluations are worth. */
export function cnfReport(metrics: Partial<CnfMetrics>, figures: readonly Figure[]): RunReport {
  const { density, flow, sampling } = metrics;
  const training = flow && `${phasesText(flow.phases)}; ${formatNumber(flow.seconds.training)} s`;
  const methods = allMethods(sampling);
  return {
    title: `A continuous normalizing flow over ${density}, in two evaluations`,
    lead: trainingSentence(metrics),
    verdict: verdict(metrics) ?? interruption(metrics),
    facts: training === undefined ? [] : [["Training", training]],
    sections: [
      { heading: "Pictures", figures },
      { heading: "Samples", text: SAMPLING_TEXT, table: samplingTable(metrics), on: "both" },
      { heading: "Densities", text: DENSITY_TEXT, table: densityTable(metrics), on: "both" },
      {
        heading: "Sampling against every other solver",
        text: "Mean Euclidean distance to dopri5 with tolerance 1e-8 in float64, in standardised coordinates, on base draws that the fit never saw. MACs count f and g.",
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
  const times = new Map(speed.map((row) => [row.method, row]));
  return [
    ...quality.map((row): ResultRow => {
      const key = { "samples of": row.method };
      if (isBroken(row)) return { key, outcome: brokenOf(row) };
      const time = times.get(row.method);
      const { nfe, slicedWasserstein, discrepancy } = row;
      const milliseconds = time === undefined || isBroken(time) ? {} : { milliseconds: time.milliseconds };
      const distances = { "sliced Wasserstein": slicedWasserstein.mean, "MMD²": discrepancy.mean };
      return { key, outcome: { NFE: nfe, ...distances, ...milliseconds } };
    }),
    ...densities.map((row): ResultRow => {
      const key = { "density by": row.method };
      if (isBroken(row)) return { key, outcome: brokenOf(row) };
      const { nfe, nll, logDensityError: error, milliseconds } = row;
      const off = error === undefined ? {} : { "error of log p": error };
      return { key, outcome: { NFE: nfe, NLL: nll.mean, ...off, milliseconds } };
    }),
  ];
}

/** The solvers that every fit is compared with, once, and each hypersolver at the step that it learned. */
export function allMethods(fits: CnfMetrics["sampling"] = {}): ComparisonRow[] {
  const all = Object.values(fits);
  const hypersolvers = all.flatMap(({ comparison, hypersolver }) =>
    comparison.filter(({ role, steps }) => role === "hypersolver" && steps === hypersolver.steps),
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
  "Distances of samples to fresh data, mean and standard error over base draws; the same draws and data for all methods, whose scatter the difference to dopri5 seed by seed is free of. Told from dopri5: a difference beyond two standard errors of the distances themselves. Mean error: Euclidean distance to dopri5 at 1e-8 in float64, in standardised coordinates. Time for one sample of that size, median of warm runs taking turns. A method that ran into NaN or a limit broke.";
const DENSITY_TEXT =
  "Log-densities of held-out data, from data to base. The error of log p is against dopri5 at 1e-6; the distance is that of the points reached at the base.";

const nats = ({ mean, standardError }: Mean): string =>
  standardError === undefined ? formatNumber(mean) : `${mean.toFixed(4)} ± ${formatNumber(standardError)}`;

function trainingSentence({ density, flow }: Partial<CnfMetrics>): string {
  if (flow === undefined) return "";
  const { heldOut, entropy, broken } = flow;
  if (heldOut === undefined)
    return `The flow over ${density} gave held-out data no likelihood: ${broken?.reason}`;
  const floor =
    entropy === undefined ? "" : ` (the density's entropy, which no model beats: ${entropy.toFixed(4)})`;
  return `The flow over ${density} gives held-out data ${nats(heldOut.nll)} nats of negative log-likelihood${floor}; dopri5 at 1e-5 takes ${heldOut.nfe} evaluations.`;
}

function verdict({ quality, sampling, speed }: Partial<CnfMetrics>): string | undefined {
  if (quality === undefined || sampling === undefined || speed === undefined) return undefined;
  const [best = ""] = Object.keys(sampling);
  const fit = sampling[best];
  if (fit === undefined) return undefined;
  const told = toldText(quality.find(({ method }) => method === best));
  const others = Object.entries(sampling).filter(([name]) => name !== best);
  const beside = others.map(([name, own]) => `${name} ${closerText(own)}${methodTitle(own.base.method)}`);
  const [own, reference] = [best, "dopri5"].map((name) => timeOf(speed, name));
  const time =
    own === undefined || reference === undefined
      ? ""
      : `, and take ${formatNumber(reference / own)} times less time than dopri5's`;
  return `Samples of ${best}${isBroken(fit.hypersolver) ? "" : ` with ${fit.hypersolver.nfe} evaluations`} ${told}, end ${closerText(fit, "to the exact solution ")}${methodTitle(fit.base.method)}'s (${beside.join(", ")})${time}.`;
}

/** `28.6 times closer than `, where both came to an end. */
function closerText({ base, hypersolver }: FitMetrics, to = ""): string {
  const [own, other] = [meanError(hypersolver), meanError(base)];
  if (own === undefined) return `nowhere, where it breaks, beside `;
  return other === undefined
    ? `${to}where it breaks alone: `
    : `${formatNumber(other / own)} times closer ${to}than `;
}

function toldText(row: SampleQuality | BrokenRow | undefined): string {
  if (isBroken(row)) return "break on some draws";
  const told = {
    no: "cannot be told from dopri5's by either distance within two standard errors",
    yes: "can be told from dopri5's",
    "?": "scatter too much to say whether they can be told from dopri5's: rare draws land far away",
    "": "were measured once, which says nothing of distances",
  }[toldApart(row)];
  const paired = row?.minusReference?.slicedWasserstein;
  return paired === undefined
    ? told
    : `${told} (sliced Wasserstein distance minus dopri5's from the same draws: ${meanText(paired)})`;
}

const dopri5Error = (fit: FitMetrics | undefined): number | undefined =>
  measuredRows(fit?.comparison ?? []).find(({ tolerance }) => tolerance === 1e-5)?.error;

const timeOf = (rows: CnfMetrics["speed"], name: string): number | undefined => {
  const row = rows.find(({ method }) => method === name);
  return row === undefined || isBroken(row) ? undefined : row.milliseconds;
};

function samplingTable({ quality, speed = [], sampling = {} }: Partial<CnfMetrics>): Table | undefined {
  if (quality === undefined) return undefined;
  const fits = Object.entries(sampling);
  const errors: Readonly<Record<string, number | undefined>> = Object.fromEntries([
    ...fits.map(([name, { hypersolver }]) => [name, meanError(hypersolver)]),
    ...fits.map(([, { base }]) => [methodTitle(base.method), meanError(base)]),
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
        ...[method, nfe === 0 ? "" : nfe],
        ...[meanText(slicedWasserstein), minus === undefined ? "" : meanText(minus.slicedWasserstein)],
        ...[meanText(discrepancy), minus === undefined ? "" : meanText(minus.discrepancy)],
        ...[toldApart(row), error, time === undefined ? "" : formatMilliseconds(time)],
      ];
    }),
    emphasized: quality.flatMap(({ method }, i) => (sampling[method] === undefined ? [] : [i])),
  };
}

/** Whether a method's samples are farther from data than dopri5's; `?` where one far draw decides a seed. */
function toldApart(row: SampleQuality | undefined): "yes" | "no" | "?" | "" {
  if (row?.againstReference === undefined) return "";
  const { slicedWasserstein: distance, againstReference: against } = row;
  if ((distance.standardError ?? 0) > distance.mean / 2) return "?";
  const both = [against.slicedWasserstein, against.discrepancy];
  return both.every(({ indistinguishable }) => indistinguishable) ? "no" : "yes";
}

const meanText = ({ mean, standardError }: Mean): string =>
  standardError === undefined ? formatNumber(mean) : `${formatNumber(mean)} ± ${formatNumber(standardError)}`;

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
