import { formatNumber } from "../../plot/internal.js";
import { isBroken } from "../../tensor/index.js";
import { type FitMetrics, meanError } from "../fit/fit-metrics.js";
import type { BrokenRow } from "../kit/contest.js";
import { meanText } from "../kit/mean-text.js";
import type { CnfMetrics } from "./cnf-metrics.js";
import type { SampleQuality } from "./sample-quality.js";

/** What two evaluations are worth, in a sentence; none before all was measured. */
export function cnfVerdict({ quality, sampling, speed }: Partial<CnfMetrics>): string | undefined {
  if (quality === undefined || sampling === undefined || speed === undefined) return undefined;
  const [best = ""] = Object.keys(sampling);
  const fit = sampling[best];
  if (fit === undefined) return undefined;
  const told = toldText(quality.find(({ method }) => method === best));
  const others = Object.entries(sampling).filter(([name]) => name !== best);
  const beside = others.map(([name, own]) => `${name} ${closerText(own)}${own.base.title}`);
  const [own, reference] = [best, "dopri5"].map((name) => timeOf(speed, name));
  const time =
    own === undefined || reference === undefined
      ? ""
      : `, and take ${formatNumber(reference / own)} times less time than dopri5's`;
  return `Samples of ${best}${isBroken(fit.learned) ? "" : ` with ${fit.learned.nfe} evaluations`} ${told}, end ${closerText(fit, "to the exact solution ")}${fit.base.title}'s (${beside.join(", ")})${time}.`;
}

/** `28.6 times closer than `, where both came to an end. */
function closerText({ base, learned }: FitMetrics, to = ""): string {
  const [own, other] = [meanError(learned), meanError(base)];
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

/** Whether a method's samples are farther from data than dopri5's; `?` where one far draw decides a seed. */
export function toldApart(row: SampleQuality | undefined): "yes" | "no" | "?" | "" {
  if (row?.againstReference === undefined) return "";
  const { slicedWasserstein: distance, againstReference: against } = row;
  if ((distance.standardError ?? 0) > distance.mean / 2) return "?";
  const both = [against.slicedWasserstein, against.discrepancy];
  return both.every(({ indistinguishable }) => indistinguishable) ? "no" : "yes";
}

/** Of a row that broke, or is not there, there is none. */
export const timeOf = (rows: CnfMetrics["speed"], name: string): number | undefined => {
  const row = rows.find(({ method }) => method === name);
  return row === undefined || isBroken(row) ? undefined : row.milliseconds;
};
