import { type NamedNodes, type Node, prelu as preluNode, reshape } from "../graph/index.js";
import { constantParameter } from "./initializers.js";
import type { Module } from "./module.js";
import { parameterNode } from "./parameters.js";

/**
 * x where x ≥ 0, else slope·x, with a learned `weight` [channels] (He et al., 2015): PyTorch's `nn.PReLU`.
 * @param channels slopes: 1 shares one slope, otherwise one an entry of axis 1. Default 1.
 * @param initial first slope. Default 0.25.
 */
export function prelu(channels = 1, initial = 0.25): Module {
  return {
    parameters: { weight: constantParameter([channels], initial) },
    apply: (nodes: NamedNodes, x: Node) => {
      const weight = parameterNode(nodes, "weight");
      const behind = channels === 1 ? 0 : Math.max(0, x.shape.length - 2);
      return preluNode(x, reshape(weight, [channels, ...new Array<number>(behind).fill(1)]));
    },
  };
}
