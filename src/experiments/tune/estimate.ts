import { binomialProbabilities } from "../../hypersolver/internal.js";
import { draw, type Random } from "../../tensor/index.js";

/** A number found on some of all states, with an interval that holds it in 95 of 100 draws of such states. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const TAIL = 0.025;

/**
 * The mean of a population by a sample of it; the interval is the percentile bootstrap's (B. Efron, 1979).
 * @param resamples how often means are drawn again.
 */
export function meanEstimate(values: Float64Array, random: Random, resamples = 1000): Estimate {
  const count = values.length;
  const total = values.reduce((sum, value) => sum + value, 0);
  const means = draw(resamples, () => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[Math.floor(random.uniform() * count)] ?? 0;
    return sum / count;
  });
  const sorted = Float64Array.from(means).sort();
  const at = (share: number): number => sorted[Math.round(share * (resamples - 1))] ?? Number.NaN;
  return { value: total / count, low: at(TAIL), high: at(1 - TAIL) };
}

/**
 * A quantile of a population by a sample of it. How many of n values lie below the quantile q is binomial, so that two of the
 * sorted values enclose it whatever the distribution. Where there are too few, the interval ends at the smallest or the
 * largest.
 */
export function quantileEstimate(values: Float64Array, q: number): Estimate {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const at = (rank: number): number => sorted[Math.min(count, Math.max(1, rank)) - 1] ?? Number.NaN;
  const [low, high] = binomialRanks(count, q);
  return { value: at(Math.ceil(q * count)), low: at(low), high: at(high) };
}

/** Ranks l and u, counted from 1, with P(B < l) ≤ 2.5 % and P(B ≥ u) ≤ 2.5 % for B binomial of n and q. */
function binomialRanks(n: number, q: number): readonly [low: number, high: number] {
  let [below, low, k] = [0, 0, 0];
  for (const probability of binomialProbabilities(n, q)) {
    if (below <= TAIL) low = k;
    below += probability;
    k++;
    if (below >= 1 - TAIL) return [low, k];
  }
  return [low, n + 1];
}
