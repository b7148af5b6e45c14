import type { SolveCalibration } from "./solve-calibration.js";

/** How differently scores are distributed than those of a calibration. */
export interface ScoreShift {
  /** Kolmogorov–Smirnov: the largest distance of the two distribution functions. */
  readonly distance: number;
  /** What chance exceeds once in a thousand times where nothing differs. */
  readonly limit: number;
}

/** √(ln(2/α)/2) for α = 0.001: the quantile of Kolmogorov's distribution. */
const KOLMOGOROV = Math.sqrt(Math.log(2 / 0.001) / 2);

/**
 * The two-sample Kolmogorov–Smirnov test of scores against those of the calibration, of which files keep quantiles: what is
 * between two of them is taken to be spread evenly, and the limit allows for half of that. Samples that broke count as beyond
 * all others. It sees other states, another field or other weights, as far as they change what corrections add.
 * @returns undefined for a method without scores.
 */
export function scoreShift(
  { scores: quantiles, samples }: SolveCalibration,
  scores: Float64Array,
): ScoreShift | undefined {
  if (quantiles.length < 2 || scores.length === 0) return undefined;
  const sorted = scores.map((score) => (Number.isNaN(score) ? Number.POSITIVE_INFINITY : score)).sort();
  const n = sorted.length;
  const distance = sorted.reduce((largest, score, i) => {
    const share = shareBelow(quantiles, score);
    return Math.max(largest, Math.abs(share - i / n), Math.abs((i + 1) / n - share));
  }, 0);
  const parts = quantiles.length - 1;
  return { distance, limit: KOLMOGOROV * Math.sqrt(1 / n + 1 / samples) + 0.5 / parts };
}

/** The distribution function through quantiles of 0, 1/parts, …, 1. */
function shareBelow(quantiles: readonly number[], score: number): number {
  const parts = quantiles.length - 1;
  const below = quantiles.filter((quantile) => quantile <= score).length;
  if (below === 0) return 0;
  const [low = 0, high] = [quantiles[below - 1], quantiles[below]];
  return high === undefined ? 1 : (below - 1 + (score - low) / (high - low)) / parts;
}

/** What a shift means, in one sentence or none. */
export function shiftWarnings(shift: ScoreShift | undefined): string[] {
  if (shift === undefined || shift.distance <= shift.limit) return [];
  const [distance, limit] = [shift.distance, shift.limit].map((share) => share.toFixed(2));
  return [
    `what the corrections add is distributed otherwise than where error bounds were calibrated (Kolmogorov–Smirnov ` +
      `distance ${distance}, by chance at most ${limit}): states or weights are of another kind, and the bounds may not hold`,
  ];
}
