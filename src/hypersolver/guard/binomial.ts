/** P(B = k) for k = 0, 1, …, n, of B binomial with n trials that each succeed with probability p < 1. */
export function* binomialProbabilities(n: number, p: number): Generator<number, void> {
  // In logarithms: (1 − p)ⁿ may underflow.
  let log = n * Math.log1p(-p);
  for (let k = 0; k <= n; k++) {
    yield Math.exp(log);
    log += Math.log((n - k) / (k + 1)) + Math.log(p / (1 - p));
  }
}
