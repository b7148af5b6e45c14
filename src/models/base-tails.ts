import { add, exp, mul, type Node, sub } from "../graph/index.js";
import type { Random, Tensor } from "../tensor/index.js";
import type { BaseDistribution } from "./base-distribution.js";

/** A share of base draws that is spread wider than the base itself, so that training sees the base's tails. */
export interface Tails {
  /** Share of the draws that is widened, 0 (none) to below 1. */
  readonly share: number;
  /** Factor on those draws. */
  readonly scale: number;
}

/** One draw in eight 1.6 times as wide: a normal's four deviations are then no rarer than its two and a half. */
export const defaultTails: Tails = { share: 1 / 8, scale: 1.6 };

/** Base draws [count, d], the first `share` of them widened. */
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
 * Density of tailed draws over the base's: q/p = 1 − share + share · scale^(−d) p(z/scale)/p(z).
 * @param z [batch, d].
 * @returns [batch, 1].
 */
export function tailRatio(base: BaseDistribution, { share, scale }: Tails, z: Node): Node {
  const thinner = share * scale ** -Number(z.shape[1]);
  const logRatio = sub(base.logDensity(mul(z, 1 / scale)), base.logDensity(z));
  return add(mul(exp(logRatio), thinner), 1 - share);
}
