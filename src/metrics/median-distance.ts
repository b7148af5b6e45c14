import { fail, type Random, type Tensor } from "../tensor/index.js";
import { reordered, type Samples, samplesOf, slice } from "./samples.js";

/** Which points the median is taken over. */
export interface MedianDistanceOptions {
  /** Points looked at, a random subset: n(n − 1)/2 distances. Default 1000. */
  readonly most?: number;
  /** Draws the subset. */
  readonly random: Random;
}

/**
 * Median Euclidean distance between two different points of a sample: the usual bandwidth of a Gaussian kernel.
 *
 * @param points shape [n, d], n ≥ 2.
 * @throws SHAPE_MISMATCH, NON_FINITE, and INVALID_ARGUMENT for fewer than 2 points or a median of 0.
 * @source A. Gretton et al., "A Kernel Two-Sample Test", JMLR 13, 2012, section 8.
 */
export function medianDistance(points: Tensor, { most = 1000, random }: MedianDistanceOptions): number {
  const all = samplesOf(points, "medianDistance", 2);
  const subset = slice(reordered(all, random.permutation(all.n)), 0, Math.max(2, Math.min(all.n, most)));
  return medianOfPairs(subset);
}

/** Median distance over all pairs. @throws INVALID_ARGUMENT if it is 0, as for points that mostly coincide. */
export function medianOfPairs({ points, n, d }: Samples): number {
  const squares = new Float64Array((n * (n - 1)) / 2);
  let at = 0;
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let k = 0; k < d; k++) square += ((points[i * d + k] ?? 0) - (points[j * d + k] ?? 0)) ** 2;
      squares[at++] = square;
    }
  }
  squares.sort();
  const middle = (squares.length - 1) / 2;
  const [low = 0, high = 0] = [squares[Math.floor(middle)], squares[Math.ceil(middle)]];
  const median = (Math.sqrt(low) + Math.sqrt(high)) / 2;
  if (median > 0 && Number.isFinite(median)) return median;
  throw fail("INVALID_ARGUMENT", {
    what: "median distance",
    expected: "points of which most are apart from each other",
    received: `a median of ${median}`,
    help: "give the bandwidth yourself",
  });
}
