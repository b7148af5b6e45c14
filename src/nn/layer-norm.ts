import { layerNorm as layerNormNodes, type NamedNodes, type Node } from "../graph/index.js";
import type { Shape } from "../tensor/index.js";
import { constantParameter } from "./initializers.js";
import type { Module } from "./module.js";
import { parameterNode } from "./parameters.js";

/** As of `torch.nn.LayerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** Learns a `weight` (from 1) and a `bias` (from 0) of the normalized shape. Default true. */
  readonly affine?: boolean;
}

/**
 * (x − mean)/√(variance + epsilon) over the last axes, scaled and shifted (Ba et al., 2016):
 * PyTorch's `nn.LayerNorm`.
 * @param shape extents of the normalized axes; a number is one axis.
 */
export function layerNorm(
  shape: number | Shape,
  { epsilon = 1e-5, affine = true }: LayerNormOptions = {},
): Module {
  const normalized = [shape].flat();
  const axes = normalized.map((_, i) => i - normalized.length);
  if (!affine)
    return { parameters: {}, apply: (_, x) => layerNormNodes(x, axes, undefined, undefined, epsilon) };
  return {
    parameters: { weight: constantParameter(normalized, 1), bias: constantParameter(normalized, 0) },
    apply: (nodes: NamedNodes, x: Node) =>
      layerNormNodes(x, axes, parameterNode(nodes, "weight"), parameterNode(nodes, "bias"), epsilon),
  };
}
