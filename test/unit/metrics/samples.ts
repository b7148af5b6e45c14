import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";

/** Points of N(mean, deviation² I), shape [n, d], float64. */
export function gaussian(seed: number, n: number, mean: readonly number[], deviation = 1): Tensor {
  const random = new Random(seed);
  const d = mean.length;
  const values = Array.from({ length: n * d }, (_, i) => (mean[i % d] ?? 0) + deviation * random.normal());
  return fromNumbers(values, [n, d], "float64");
}

/** Points given one by one. */
export const points = (...all: readonly (readonly number[])[]): Tensor =>
  fromNumbers(all.flat(), [all.length, all[0]?.length ?? 0], "float64");

/** Every point moved by v. */
export function shifted(cloud: Tensor, v: readonly number[]): Tensor {
  const moved = toFloat64(cloud).map((value, i) => value + (v[i % v.length] ?? 0));
  return fromNumbers(moved, cloud.shape, "float64");
}
