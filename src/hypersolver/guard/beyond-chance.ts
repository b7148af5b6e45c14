/** Probability of a false alarm. */
export const FALSE_ALARM = 0.001;

/**
 * Whether so many failures of n are more than chance explains, where each fails with a probability of at most `rate`: the
 * exact binomial test, at 1 in 1000.
 */
export function isBeyondChance(failures: number, n: number, rate: number): boolean {
  if (failures <= n * rate) return false;
  // P(B ≥ failures), from P(B = 0) by ratios of neighbors.
  let log = n * Math.log1p(-rate);
  let below = 0;
  for (let k = 0; k < failures; k++) {
    below += Math.exp(log);
    log += Math.log((n - k) / (k + 1)) + Math.log(rate / (1 - rate));
  }
  return 1 - below < FALSE_ALARM;
}
