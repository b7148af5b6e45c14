import { binomialProbabilities } from "./binomial.js";

/** Probability of a false alarm. */
export const FALSE_ALARM = 0.001;

/**
 * Whether so many failures of n are more than chance explains, where each fails with a probability of at most `rate`: the
 * exact binomial test, at 1 in 1000.
 */
export function isBeyondChance(failures: number, n: number, rate: number): boolean {
  if (failures <= n * rate) return false;
  let below = 0;
  let k = 0;
  for (const probability of binomialProbabilities(n, rate)) {
    if (k++ === failures) break;
    below += probability;
  }
  return 1 - below < FALSE_ALARM;
}
