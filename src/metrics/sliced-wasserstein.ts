import { fail, type Random, type Tensor } from "../tensor/index.js";
import { unitDirections } from "./directions.js";
import { type Order, quantileDistance } from "./quantile-distance.js";
import { type Samples, samplePair } from "./samples.js";

/** How finely the sphere is sampled, and which distance is taken on each line. */
export interface SlicedWassersteinOptions {
  /** Directions. Default 128; one is exact for d = 1. */
  readonly projections?: number;
  /** Default 2. */
  readonly order?: Order;
  /** Draws the directions. The same seed gives the same directions: use it for distances that are compared. */
  readonly random: Random;
}

/**
 * Sliced Wasserstein distance between two samples: the mean over directions θ of the distance on the line,
 * SW_p(a, b) = (E_θ W_p(⟨a, θ⟩, ⟨b, θ⟩)^p)^(1/p), which is a metric, in the units of the points.
 * A shift by v alone gives SW₂ = |v|/√d. Each one-dimensional distance is exact, by sorting.
 *
 * Finite samples of one distribution are apart too, by O(n^(-1/2p)) at most: compare with the distance of two
 * reference samples, not with 0.
 *
 * @param a shape [n, d]. @param b shape [m, d]; n and m may differ.
 * @throws SHAPE_MISMATCH unless both are [·, d]; INVALID_ARGUMENT if one is empty or an option is not usable;
 *   NON_FINITE if a coordinate is NaN or infinite.
 * @source N. Bonneel, J. Rabin, G. Peyré, H. Pfister, "Sliced and Radon Wasserstein Barycenters of Measures", 2015.
 */
export function slicedWasserstein(a: Tensor, b: Tensor, options: SlicedWassersteinOptions): number {
  const { projections = 128, order = 2, random } = options;
  const [left, right] = samplePair(a, b, "slicedWasserstein", 1);
  checkOptions(projections, order);
  const { d } = left;
  const directions = unitDirections(d, projections, random);
  const [lineA, lineB] = [new Float64Array(left.n), new Float64Array(right.n)];
  let sum = 0;
  for (let start = 0; start < directions.length; start += d) {
    const direction = directions.subarray(start, start + d);
    sum += quantileDistance(sortedAlong(left, direction, lineA), sortedAlong(right, direction, lineB), order);
  }
  const mean = sum / (directions.length / d);
  return order === 1 ? mean : Math.sqrt(mean);
}

/** Coordinates along a direction, ascending, written to `line`. */
function sortedAlong({ points, n, d }: Samples, direction: Float64Array, line: Float64Array): Float64Array {
  for (let i = 0, at = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += (points[at++] ?? 0) * (direction[k] ?? 0);
    line[i] = sum;
  }
  return line.sort();
}

function checkOptions(projections: number, order: number): void {
  const usable = Number.isInteger(projections) && projections >= 1 && (order === 1 || order === 2);
  if (usable) return;
  throw fail("INVALID_ARGUMENT", {
    what: "slicedWasserstein",
    expected: "a positive number of projections, and order 1 or 2",
    received: `${projections} projections, order ${order}`,
  });
}
