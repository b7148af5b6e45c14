import { conv, mul, type NamedNodes, type Node, type Operand, reshape, slice, sum } from "../graph/index.js";
import { type ConvOptions, convGeometry } from "./conv.js";
import type { DepthBasis } from "./depth-basis.js";
import { galerkinWeights } from "./galerkin-weights.js";
import type { Module } from "./module.js";
import type { Sides } from "./pair.js";
import { parameterNode } from "./parameters.js";

/**
 * `conv2d` whose weights are curves in depth, as `galerkinLinear`: `weight` [K, outChannels, inChannels/groups, rows,
 * columns] and `bias` [K, outChannels]. Takes x [n, inChannels, h, w], and s beside it: one depth, or one a sample, which
 * costs K convolutions.
 * @throws INVALID_ARGUMENT as `conv2d`.
 */
export function galerkinConv2d(
  inChannels: number,
  outChannels: number,
  kernel: Sides,
  basis: DepthBasis,
  options: ConvOptions = {},
): Module {
  const { bias = true } = options;
  const { weight, fanIn, attributes } = convGeometry(
    "galerkinConv2d",
    inChannels,
    outChannels,
    kernel,
    options,
  );
  const shapes = bias ? { weight, bias: [outChannels] } : { weight };
  const weights = galerkinWeights("galerkinConv2d", basis, shapes, fanIn);
  return {
    parameters: weights.parameters,
    apply: (nodes: NamedNodes, x: Node, s?: Operand) => {
      const phi = weights.basisAt(s, x);
      if (phi.shape[0] === 1) {
        const shift = bias ? weights.at(nodes, "bias", phi) : undefined;
        return conv(x, weights.at(nodes, "weight", phi), shift, attributes);
      }
      const coefficient = (name: string, k: number, shape: readonly number[]): Node =>
        reshape(slice(parameterNode(nodes, name), 0, k, k + 1), shape);
      const terms = Array.from({ length: basis.size }, (_, k) => {
        const shift = bias ? coefficient("bias", k, [outChannels]) : undefined;
        const term = conv(x, coefficient("weight", k, weight), shift, attributes);
        return mul(term, reshape(slice(phi, 1, k, k + 1), [x.shape[0] ?? 1, 1, 1, 1]));
      });
      return sum(...terms);
    },
  };
}
