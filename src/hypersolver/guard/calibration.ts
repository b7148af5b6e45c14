import { fail } from "../../tensor/index.js";

/** Bounds of errors by score, as plain JSON. */
export interface ErrorCalibration {
  /** Share of new samples whose error is to stay within its bound. */
  readonly coverage: number;
  /** Scores between the bins, increasing; none for one bin. A score that equals one is in the bin above. */
  readonly edges: readonly number[];
  /** The bound of each bin, one more than edges. */
  readonly bounds: readonly number[];
  /** Calibration samples in each bin. */
  readonly counts: readonly number[];
}

/** How sure bounds are to be, and of what. */
interface CalibrationOptions {
  /** Above 0 and below 1. Default 0.9. */
  readonly coverage?: number | undefined;
  /**
   * Scores between bins of easy and hard samples, increasing; chosen before these errors were seen, on other samples. Default:
   * none, one bound for all.
   */
  readonly edges?: readonly number[] | undefined;
}

/**
 * Bounds of errors that nobody measures, from samples where they were, by split conformal prediction: the bound of a bin is
 * the k-th smallest of its n errors, k = ⌈(n + 1) coverage⌉. For a new sample, drawn as these were, the error is within the
 * bound of its bin with a probability of at least `coverage`, whatever the distribution of errors and however bad the
 * scores; given the calibration, that probability is distributed as Beta(k, n + 1 − k).
 * @param scores what is known of every sample without its error, such as those of `compileScoredSolve`.
 * @param errors of the same samples.
 * @throws INVALID_ARGUMENT for what are no scores or errors, or when a bin has too few samples: n ≥ coverage/(1 − coverage).
 * Reference: V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World, 2005, sections 2.2 and 4.5; V. Vovk,
 * Conditional validity of inductive conformal predictors, 2012.
 */
export function calibrateErrors(
  scores: ArrayLike<number>,
  errors: ArrayLike<number>,
  options: CalibrationOptions = {},
): ErrorCalibration {
  const { coverage = 0.9, edges = [] } = options;
  if (!(coverage > 0 && coverage < 1)) throw refused("coverage", "a number above 0 and below 1", coverage);
  const isBad = (edge: number, i: number): boolean =>
    !(Number.isFinite(edge) && edge > (edges[i - 1] ?? Number.NEGATIVE_INFINITY));
  if (edges.some(isBad)) throw refused("edges", "increasing finite numbers", edges.join(", "));
  if (scores.length !== errors.length)
    throw refused("errors", `${scores.length}, one a score`, errors.length);
  const bins = Array.from({ length: edges.length + 1 }, (): number[] => []);
  for (let i = 0; i < scores.length; i++) {
    const [score = Number.NaN, error = Number.NaN] = [scores[i], errors[i]];
    if (!(Number.isFinite(error) && error >= 0))
      throw refused(`errors, number ${i}`, "a finite number, at least 0", error);
    bins[binOf(edges, score)]?.push(error);
  }
  return {
    coverage,
    edges: [...edges],
    bounds: bins.map((bin, i) => quantile(bin, coverage, i)),
    counts: bins.map(({ length }) => length),
  };
}

/**
 * The bound of the error of a sample with this score.
 * @throws INVALID_ARGUMENT for a score that is no finite number.
 */
export const errorBound = ({ edges, bounds }: ErrorCalibration, score: number): number =>
  bounds[binOf(edges, score)] ?? Number.NaN;

function binOf(edges: readonly number[], score: number): number {
  if (!Number.isFinite(score)) throw refused("score", "a finite number", score);
  let bin = 0;
  while (bin < edges.length && (edges[bin] as number) <= score) bin++;
  return bin;
}

function quantile(errors: readonly number[], coverage: number, bin: number): number {
  // Rounding in (n + 1) coverage must not ask for one error more: 0.9 · 10 is 9.
  const k = Math.ceil((errors.length + 1) * coverage - 1e-9);
  const bound = [...errors].sort((a, b) => a - b)[k - 1];
  if (bound !== undefined) return bound;
  throw refused(
    `calibration, bin ${bin}`,
    `at least ${samplesNeeded(coverage)} samples for a coverage of ${coverage}`,
    errors.length,
  );
}

/** Fewest samples in a bin for a bound of this coverage: n ≥ coverage/(1 − coverage). */
export const samplesNeeded = (coverage: number): number => Math.ceil(coverage / (1 - coverage) - 1e-9);

const refused = (what: string, expected: string, received: number | string): Error =>
  fail("INVALID_ARGUMENT", { what, expected, received: String(received) });
