import { formatMilliseconds, formatNumber, formatPercent } from "../../plot/internal.js";
import type { Random } from "../../tensor/index.js";
import { type Estimate, meanEstimate, quantileEstimate } from "./estimate.js";
import type { EffectiveTune } from "./tune-table.js";

/** What a solver has to keep to. */
export type Goal = Pick<EffectiveTune, "error" | "quantile" | "relative" | "milliseconds">;

/**
 * The error in the goal's measure.
 * @param distances Euclidean, one a state.
 * @param norm mean norm of the reference states.
 */
export function errorOf(
  distances: Float64Array,
  { quantile, relative }: Goal,
  norm: number,
  random: Random,
  resamples?: number,
): Estimate {
  const own = relative ? distances.map((distance) => distance / norm) : distances;
  return quantile === undefined ? meanEstimate(own, random, resamples) : quantileEstimate(own, quantile);
}

/** The measure in words: `mean error`, `relative error of 95% of the states`. */
export function measureText({ quantile, relative }: Goal): string {
  const kind = relative ? "relative error" : "error";
  return quantile === undefined ? `mean ${kind}` : `${kind} of ${formatPercent(quantile)} of the states`;
}

/** The goal in words. */
export function goalText(goal: Goal): string {
  const { error, milliseconds } = goal;
  const article = measureText(goal).startsWith("error") ? "an" : "a";
  const within = milliseconds === undefined ? "" : ` within ${formatMilliseconds(milliseconds)}`;
  return `${article} ${measureText(goal)} of at most ${formatNumber(error)}${within}`;
}
