import { fail } from "../tensor/index.js";

/** What repeated measurements say about their expectation. */
export interface Mean {
  readonly mean: number;
  /** s/√n with the sample's standard deviation s (n − 1 degrees of freedom). Not known from one measurement. */
  readonly standardError: number | undefined;
  /** Measurements. */
  readonly n: number;
}

/**
 * Mean of independent measurements, such as one number a seed, with its standard error.
 * For paired measurements (the same seeds in both arms) give it the differences: their error is smaller.
 *
 * @param values shape [n], n ≥ 1, finite.
 * @throws INVALID_ARGUMENT if there is none; NON_FINITE if one is NaN or infinite.
 */
export function meanAndStandardError(values: Iterable<number>): Mean {
  const all = Float64Array.from(values);
  const n = all.length;
  if (n === 0) throw fail("INVALID_ARGUMENT", { what: "mean", expected: "a measurement", received: "none" });
  const broken = all.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) {
    const received = `${all[broken]} as measurement ${broken}`;
    throw fail("NON_FINITE", { what: "mean", expected: "finite measurements", received });
  }
  const mean = all.reduce((sum, value) => sum + value, 0) / n;
  const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: n === 1 ? undefined : Math.sqrt(squares / (n - 1) / n), n };
}

/** Two means against each other. */
export interface MeanDifference {
  /** a − b. */
  readonly difference: number;
  /** √(SE_a² + SE_b²). */
  readonly standardError: number;
  /** Whether |difference| ≤ errors · standardError. That is no proof of equality: few, noisy repeats hide much. */
  readonly indistinguishable: boolean;
}

/**
 * Whether the means of two sets of independent measurements can be told apart.
 *
 * @param errors standard errors within which they cannot. Default 2: one in 20 pairs of equal means is told apart,
 *   more for fewer than some ten repeats.
 * @throws INVALID_ARGUMENT if a mean has no standard error, being a single measurement.
 */
export function compareMeans(a: Mean, b: Mean, errors = 2): MeanDifference {
  if (a.standardError === undefined || b.standardError === undefined) {
    throw fail("INVALID_ARGUMENT", {
      what: "comparison of means",
      expected: "at least 2 measurements of each",
      received: `${a.n} and ${b.n}`,
      help: "repeat the measurement with other seeds",
    });
  }
  const difference = a.mean - b.mean;
  const standardError = Math.hypot(a.standardError, b.standardError);
  return { difference, standardError, indistinguishable: Math.abs(difference) <= errors * standardError };
}
