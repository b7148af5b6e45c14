import { add, mul, type Node, softplus, sub } from "../../graph/index.js";
import type { Random, Tensor } from "../../tensor/index.js";
import type { BaseDistribution } from "./base-distribution.js";

/** A share of base draws that is spread wider than the base itself, so that training sees the base's tails. */
export interface Tails {
  /** Share of the draws that is widened, 0 (none) to below 1. */
  readonly share: number;
  /** Factor on those draws. */
  readonly scale: number;
}

/**
 * One draw in eight is wider. In the plane 1.6 times: four deviations are then as common as 3.2 were. In d > 2
 * dimensions c = 1 + 0.6 √(2/d) times, which about keeps the divergence between base and widened draws, for a normal
 * d ((c² − 1)/2 − log c). With the same c for every d, widened draws would come where hardly any base draw does, in a
 * thin shell c times as far out, and weights would make nothing of them.
 */
export function defaultTails(dimension: number): Tails {
  return { share: 1 / 8, scale: 1 + 0.6 * Math.sqrt(2 / Math.max(2, dimension)) };
}

/** The tails with the share that a batch can have: whole draws, and one at least that is not widened. */
export function tailsInBatch({ share, scale }: Tails, count: number): Tails {
  return { share: Math.min(Math.round(count * share), count - 1) / count, scale };
}

/** Base draws [count, d], the first `share` of them widened. @param tails of `tailsInBatch`. */
export function tailedSample(
  base: BaseDistribution,
  { share, scale }: Tails,
  count: number,
  dimension: number,
  random: Random,
): Tensor<"float32"> {
  const draws = base.sample(count, dimension, random);
  const widened = Math.round(count * share) * dimension;
  return { ...draws, data: draws.data.map((value, i) => (i < widened ? value * scale : value)) };
}

/**
 * Log-density of tailed draws less the base's: log q/p = log(1 − share + share · scale^(−d) p(z/scale)/p(z)). The ratio
 * itself is soon beyond float32 where d is large.
 * @param tails with a share above 0.
 * @param z [batch, d].
 * @returns [batch, 1].
 */
export function logTailRatio(base: BaseDistribution, { share, scale }: Tails, z: Node): Node {
  const odds = Math.log(share / (1 - share)) - Number(z.shape[1]) * Math.log(scale);
  const logRatio = sub(base.logDensity(mul(z, 1 / scale)), base.logDensity(z));
  return add(softplus(add(logRatio, odds)), Math.log(1 - share));
}
