import {
  add,
  concatColumns,
  gemm,
  mul,
  type NamedNodes,
  type Node,
  type Operand,
  reshape,
  slice,
  transpose,
} from "../graph/index.js";
import { fail, formatShape } from "../tensor/index.js";
import type { DepthBasis } from "./depth-basis.js";
import { galerkinWeights } from "./galerkin-weights.js";
import { affine, type LinearOptions, requireFeatures } from "./linear.js";
import type { Module } from "./module.js";
import { requirePositive } from "./pair.js";
import { parameterNode } from "./parameters.js";

/**
 * y = x W(s)ᵀ + b(s), whose weights are curves in depth: W(s) = Σ_k φ_k(s) C_k, with `weight` [K, outFeatures, inFeatures]
 * and `bias` [K, outFeatures]. For one depth the weights are made once for the whole batch; a depth a sample (x must
 * then be [n, inFeatures]) costs K products. Takes x [..., inFeatures] as `linear`, and s beside it.
 * @throws INVALID_ARGUMENT for sizes that are not positive integers.
 * Reference: S. Massaroli et al., Dissecting Neural ODEs, NeurIPS 2020, section 3 (Galërkin Neural ODEs).
 */
export function galerkinLinear(
  inFeatures: number,
  outFeatures: number,
  basis: DepthBasis,
  { bias = true }: LinearOptions = {},
): Module {
  const what = `galerkinLinear ${inFeatures} → ${outFeatures}`;
  requirePositive("galerkinLinear", { inFeatures, outFeatures });
  const weight = [outFeatures, inFeatures];
  const shapes = bias ? { weight, bias: [outFeatures] } : { weight };
  const weights = galerkinWeights(what, basis, shapes, inFeatures);
  return {
    parameters: weights.parameters,
    apply: (nodes: NamedNodes, x: Node, s?: Operand) => {
      requireFeatures(what, x, inFeatures);
      const phi = weights.basisAt(s, x);
      const shift = bias ? weights.at(nodes, "bias", phi) : undefined;
      if (phi.shape[0] === 1) return affine(x, weights.at(nodes, "weight", phi), shift);
      const product = perSampleProduct(what, parameterNode(nodes, "weight"), x, phi);
      return shift === undefined ? product : add(product, shift);
    },
  };
}

/** Σ_k φ_k (x C_kᵀ) as one product: the columns φ_k x of all k against the C_k side by side. */
function perSampleProduct(what: string, coefficients: Node, x: Node, phi: Node): Node {
  const [size = 1, outFeatures = 1, inFeatures = 1] = coefficients.shape.map(Number);
  if (x.shape.length !== 2)
    throw fail("SHAPE_MISMATCH", {
      what: `${what}, a depth a sample`,
      expected: `[n, ${inFeatures}]`,
      received: formatShape(x.shape),
    });
  const columns = Array.from({ length: size }, (_, k) => mul(x, slice(phi, 1, k, k + 1)));
  const side = reshape(transpose(coefficients, [1, 0, 2]), [outFeatures, size * inFeatures]);
  return gemm(concatColumns(columns), side, undefined, { transposeB: true });
}
