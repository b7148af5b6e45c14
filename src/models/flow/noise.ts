import { draw, type Random, type Shape, sizeOf, type Tensor, tensor } from "../../tensor/index.js";

/** Distributions with mean 0 and covariance 1 for Hutchinson's estimator; Rademacher's ±1 has the least variance. */
export const noiseKinds = ["rademacher", "gaussian"] as const;
/** One of those distributions. */
export type NoiseKind = (typeof noiseKinds)[number];

export function drawNoise(kind: NoiseKind, shape: Shape, random: Random): Tensor<"float32"> {
  const next = kind === "gaussian" ? () => random.normal() : () => (random.uniform() < 0.5 ? -1 : 1);
  return tensor("float32", shape, draw(sizeOf(shape), next));
}
