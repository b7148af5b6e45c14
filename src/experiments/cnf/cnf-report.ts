import type { Mean } from "../../metrics/index.js";
import { type Figure, renderReport, type Table, textTable } from "../../plot/index.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { methodTitle } from "../fit/comparison.js";
import { comparisonTable } from "../fit/fit-report.js";
import { phasesText } from "../flow/flow-phases.js";
import { allMethods } from "./all-methods.js";
import type { BrokenMethod } from "./broken-method.js";
import type { CnfMetrics } from "./run-cnf.js";
import type { SampleQuality } from "./sample-quality.js";

/** The outcome for a terminal: what was learned, and what two evaluations are worth. */
export function cnfSummary(metrics: CnfMetrics): string {
  const tables = [samplingTable(metrics), densityTable(metrics)].flatMap((table) =>
    table === undefined ? [] : [textTable(table.columns, table.rows, { emphasized: table.emphasized ?? [] })],
  );
  return [trainingSentence(metrics), ...tables, verdict(metrics) ?? interruption(metrics)].join("\n\n");
}

function interruption({ sampling = {} }: CnfMetrics): string {
  const made = Object.keys(sampling);
  return made.length === 0
    ? "Interrupted before the fits."
    : `Interrupted before all was measured. Fitted for sampling: ${made.join("; ")}.`;
}

/** A self-contained page about one run. */
export function cnfReport(
  metrics: CnfMetrics,
  figures: readonly { readonly figure: Figure; readonly svg: string }[],
): string {
  const drawn = figures.map(({ figure, svg }) => ({ svg, caption: figure.caption, title: figure.title }));
  const methods = allMethods(metrics.sampling ?? {});
  const section = (heading: string, text: string, table: Table | undefined) =>
    table === undefined ? [] : [{ heading, text, table }];
  return renderReport({
    title: `A continuous normalizing flow over ${metrics.density}, in two evaluations`,
    lead: [trainingSentence(metrics), verdict(metrics)].filter((text) => text !== undefined).join(" "),
    facts: [
      ["Command", metrics.command],
      ["Preset", metrics.preset],
      ["Seed", String(metrics.seed)],
      ["Training", `${phasesText(metrics.flow.phases)}; ${formatNumber(metrics.flow.seconds.training)} s`],
      ["Status", metrics.status],
    ],
    sections: [
      { heading: "Pictures", figures: drawn },
      ...section("Samples", SAMPLING_TEXT, samplingTable(metrics)),
      ...section("Densities", DENSITY_TEXT, densityTable(metrics)),
      ...section(
        "Sampling against every other solver",
        "Mean Euclidean distance to dopri5 with tolerance 1e-8 in float64, in standardised coordinates, on base draws that the fit never saw. MACs count f and g.",
        methods.length === 0 ? undefined : comparisonTable(methods),
      ),
    ],
    footnotes: [
      "Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, section 4.2.",
      "Sliced Wasserstein distance and squared maximum mean discrepancy (unbiased, so it may be negative) to the same fresh data; two fresh samples of the data themselves are the floor.",
    ],
  });
}

const SAMPLING_TEXT =
  "Distances of samples to fresh data, mean and standard error over seeds; the same base draws and data for all methods, whose scatter the difference to dopri5 seed by seed is free of. Told from dopri5: a difference beyond two standard errors of the distances themselves. Mean error: Euclidean distance to dopri5 at 1e-8 in float64, in standardised coordinates. Time for one sample of that size, median of warm runs taking turns. A method that ran into NaN or a limit broke.";
const DENSITY_TEXT =
  "Log-densities of held-out data, from data to base. The error of log p is against dopri5 at 1e-6; the distance is that of the points reached at the base.";

const nats = ({ mean, standardError }: Mean): string =>
  standardError === undefined ? formatNumber(mean) : `${mean.toFixed(4)} ± ${formatNumber(standardError)}`;

function trainingSentence({ density, flow: { heldOut, entropy, broken } }: CnfMetrics): string {
  if (heldOut === undefined)
    return `The flow over ${density} gave held-out data no likelihood: ${broken?.reason}`;
  const floor =
    entropy === undefined ? "" : ` (the density's entropy, which no model beats: ${entropy.toFixed(4)})`;
  return `The flow over ${density} gives held-out data ${nats(heldOut.nll)} nats of negative log-likelihood${floor}; dopri5 at 1e-5 takes ${heldOut.nfe} evaluations.`;
}

function verdict({ quality, sampling, speed }: CnfMetrics): string | undefined {
  if (quality === undefined || sampling === undefined || speed === undefined) return undefined;
  const [best = ""] = Object.keys(sampling);
  const fit = sampling[best];
  if (fit === undefined) return undefined;
  const told = toldText(quality.find(({ method }) => method === best));
  const factor = (name: string): string =>
    formatNumber(
      (sampling[name]?.base.mean ?? Number.NaN) / (sampling[name]?.hypersolver.mean ?? Number.NaN),
    );
  const others = Object.entries(sampling).filter(([name]) => name !== best);
  const beside = others.map(
    ([name, { base }]) => `${name} ${factor(name)} times closer than ${methodTitle(base.method)}`,
  );
  const [own, reference] = [best, "dopri5"].map((name) => timeOf(speed, name));
  const time =
    own === undefined || reference === undefined
      ? ""
      : `, and take ${formatNumber(reference / own)} times less time than dopri5's`;
  return `Samples of ${best} with ${fit.hypersolver.nfe} evaluations ${told}, end ${factor(best)} times closer to the exact solution than ${methodTitle(fit.base.method)}'s (${beside.join(", ")})${time}.`;
}

function toldText(row: SampleQuality | BrokenMethod | undefined): string {
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

const timeOf = (rows: NonNullable<CnfMetrics["speed"]>, name: string): number | undefined => {
  const row = rows.find(({ method }) => method === name);
  return row === undefined || isBroken(row) ? undefined : row.milliseconds;
};

function samplingTable({ quality, speed = [], sampling = {} }: CnfMetrics): Table | undefined {
  if (quality === undefined) return undefined;
  const fits = Object.entries(sampling);
  const errors: Readonly<Record<string, number | undefined>> = Object.fromEntries([
    ...fits.map(([name, { hypersolver }]) => [name, hypersolver.mean]),
    ...fits.map(([, { base }]) => [methodTitle(base.method), base.mean]),
    ["dopri5", fits[0]?.[1].comparison.find(({ tolerance }) => tolerance === 1e-5)?.error],
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

function densityTable({ densities }: CnfMetrics): Table | undefined {
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
