import { groupNorm as groupNormNodes, type NamedNodes, type Node } from "../graph/index.js";
import { constantParameter } from "./initializers.js";
import type { Module } from "./module.js";
import { parameterNode } from "./parameters.js";

/** As of `torch.nn.GroupNorm`. */
export interface GroupNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** Learns a `weight` (from 1) and a `bias` (from 0) by channel. Default true. */
  readonly affine?: boolean;
}

/**
 * (x − mean)/√(variance + epsilon) of every sample over its channels in groups (Wu and He, 2018), scaled and shifted by
 * channel: PyTorch's `nn.GroupNorm`. Takes x [n, channels, …].
 */
export function groupNorm(
  groups: number,
  channels: number,
  { epsilon = 1e-5, affine = true }: GroupNormOptions = {},
): Module {
  if (!affine)
    return {
      parameters: {},
      apply: (_, x: Node) => groupNormNodes(x, groups, undefined, undefined, epsilon),
    };
  return {
    parameters: { weight: constantParameter([channels], 1), bias: constantParameter([channels], 0) },
    apply: (nodes: NamedNodes, x: Node) =>
      groupNormNodes(x, groups, parameterNode(nodes, "weight"), parameterNode(nodes, "bias"), epsilon),
  };
}
