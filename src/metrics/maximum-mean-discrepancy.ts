import { fail, type Random, type Tensor } from "../tensor/index.js";
import { crossKernelSum, ownKernelSum } from "./kernel-sums.js";
import { medianOfPairs } from "./median-distance.js";
import { reordered, type Samples, samplePair, slice } from "./samples.js";

/** Kernel and effort of a discrepancy. */
export interface DiscrepancyOptions {
  /**
   * Central bandwidth σ; the kernel sums Gaussians of σ/4, σ/2, σ, 2σ and 4σ. Default: the median distance of 1000
   * points of both samples. Discrepancies can only be compared if they share it: fix it with `medianDistance` of the
   * reference.
   */
  readonly bandwidth?: number;
  /** Most points of a sample that all meet each other; larger samples are cut into such blocks. Default 1000. */
  readonly block?: number;
  /** Shuffles the samples before they are cut. */
  readonly random: Random;
}

/** Points of each sample for the default bandwidth. */
const MEDIAN_POINTS = 500;

/**
 * Unbiased estimate of the squared maximum mean discrepancy between the distributions of two independent samples:
 * MMD² = E k(x, x′) + E k(y, y′) − 2 E k(x, y). Its mean is 0 for equal distributions, so it may be negative.
 *
 * Samples larger than a block are shuffled and cut into equal blocks, whose estimates are averaged. For a given number
 * of kernel evaluations this has the noise of one block of that cost where the distributions agree, and less where they
 * differ, since it sees every point. Cost: O((n + m) · block · d).
 *
 * @param a shape [n, d], n ≥ 2. @param b shape [m, d], m ≥ 2.
 * @throws SHAPE_MISMATCH unless both are [·, d]; INVALID_ARGUMENT for fewer than 2 points or an option that is not
 *   usable; NON_FINITE if a coordinate is NaN or infinite.
 * @source A. Gretton et al., "A Kernel Two-Sample Test", JMLR 13, 2012, eq. 3; blocks: W. Zaremba, A. Gretton,
 *   M. Blaschko, "B-tests", NIPS 2013.
 */
export function maximumMeanDiscrepancy(a: Tensor, b: Tensor, options: DiscrepancyOptions): number {
  const { block = 1000, random } = options;
  const pair = samplePair(a, b, "maximumMeanDiscrepancy", 2);
  checkOptions(options.bandwidth, block);
  const [x, y] = pair.map((own) => reordered(own, random.permutation(own.n))) as [Samples, Samples];
  const bandwidth = options.bandwidth ?? pooledMedian(x, y);
  // The larger sample sets the number of blocks, as far as the smaller one has two points for each.
  const wanted = Math.ceil(Math.max(x.n, y.n) / block);
  const blocks = Math.min(wanted, Math.floor(Math.min(x.n, y.n) / 2));
  let sum = 0;
  for (let i = 0; i < blocks; i++) {
    const part = (own: Samples): Samples =>
      slice(own, Math.floor((i * own.n) / blocks), Math.floor(((i + 1) * own.n) / blocks));
    sum += unbiasedSquare(part(x), part(y), bandwidth);
  }
  return sum / blocks;
}

/** Gretton's equation 3. */
function unbiasedSquare(x: Samples, y: Samples, bandwidth: number): number {
  const within = (own: Samples): number => ownKernelSum(own, bandwidth) / (own.n * (own.n - 1));
  return within(x) + within(y) - (2 * crossKernelSum(x, y, bandwidth)) / (x.n * y.n);
}

/** Median distance of the first points of both, which are in random order. */
function pooledMedian(x: Samples, y: Samples): number {
  const each = Math.min(MEDIAN_POINTS, x.n, y.n);
  const points = new Float64Array(2 * each * x.d);
  points.set(x.points.subarray(0, each * x.d));
  points.set(y.points.subarray(0, each * x.d), each * x.d);
  return medianOfPairs({ points, n: 2 * each, d: x.d });
}

function checkOptions(bandwidth: number | undefined, block: number): void {
  const wide = bandwidth === undefined || (bandwidth > 0 && Number.isFinite(bandwidth));
  if (wide && block >= 2) return;
  throw fail("INVALID_ARGUMENT", {
    what: "maximumMeanDiscrepancy",
    expected: "a positive bandwidth and blocks of at least 2 points",
    received: `bandwidth ${bandwidth ?? "by default"}, blocks of ${block}`,
  });
}
