import { adaptiveAveragePool, averagePool, maxPool, type Node, reshape } from "../graph/index.js";
import { sizeOf } from "../tensor/index.js";
import { functional } from "./activations.js";
import type { Module } from "./module.js";
import { evenPads, pairOf, requirePositive, type Sides } from "./pair.js";

/** How the windows of a pooling lie on the image. */
export interface PoolOptions {
  /** Cells between neighboring windows. Default: the kernel. */
  readonly stride?: Sides;
  /** Cells of padding on both ends of each axis. Default 0. */
  readonly padding?: Sides;
}

/** As of `torch.nn.AvgPool2d`. */
export interface AveragePool2dOptions extends PoolOptions {
  /** Padding counts as zeros. Default true. */
  readonly countIncludePad?: boolean;
}

/** Mean under each window of x [n, c, h, w]: PyTorch's `nn.AvgPool2d`. */
export function averagePool2d(
  kernel: Sides,
  { stride = kernel, padding = 0, countIncludePad = true }: AveragePool2dOptions = {},
): Module {
  requirePositive("averagePool2d", { kernel, stride });
  const options = { strides: pairOf(stride), pads: evenPads(padding), countIncludePad };
  return functional((x) => averagePool(x, pairOf(kernel), options));
}

/** Means over a grid of `size` windows that cover x [n, c, h, w]: PyTorch's `nn.AdaptiveAvgPool2d`. */
export function adaptiveAveragePool2d(size: Sides): Module {
  requirePositive("adaptiveAveragePool2d", { size });
  return functional((x) => adaptiveAveragePool(x, pairOf(size)));
}

/** As of `torch.nn.MaxPool2d`. */
export interface MaxPool2dOptions extends PoolOptions {
  /** Distance between the cells of a window. Default 1. */
  readonly dilation?: Sides;
}

/** Largest value under each window of x [n, c, h, w]; padding never wins: PyTorch's `nn.MaxPool2d`. */
export function maxPool2d(
  kernel: Sides,
  { stride = kernel, padding = 0, dilation = 1 }: MaxPool2dOptions = {},
): Module {
  requirePositive("maxPool2d", { kernel, stride, dilation });
  const options = { strides: pairOf(stride), pads: evenPads(padding), dilations: pairOf(dilation) };
  return functional((x) => maxPool(x, pairOf(kernel), options));
}

/** x [n, …] -> [n, all the rest]: PyTorch's `nn.Flatten`. */
export const flatten: Module = functional((x: Node) =>
  reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape.slice(1).map(Number))]),
);
