import { draw, type Random, type Shape, sizeOf, type Tensor, tensor } from "../../tensor/index.js";
import type { NoiseKind } from "./noise-kinds.js";

export function drawNoise(kind: NoiseKind, shape: Shape, random: Random): Tensor<"float32"> {
  const next = kind === "gaussian" ? () => random.normal() : () => (random.uniform() < 0.5 ? -1 : 1);
  return tensor("float32", shape, draw(sizeOf(shape), next));
}
