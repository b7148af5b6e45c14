import { add, gemm, matmul, type NamedNodes, type Node, reshape } from "../graph/index.js";
import { fail, formatShape, sizeOf } from "../tensor/index.js";
import { kaimingBound, uniformParameter } from "./initializers.js";
import type { Module, ParameterSpec } from "./module.js";
import { parameterNode } from "./parameters.js";

/** As of `torch.nn.Linear`. */
export interface LinearOptions {
  /** Adds a bias vector. Default true. */
  readonly bias?: boolean;
}

/**
 * y = x Wᵀ + b, with `weight` [outFeatures, inFeatures] and `bias` [outFeatures], both started as
 * U(±1/√inFeatures): PyTorch's `nn.Linear`.
 * Takes x [..., inFeatures] of any rank from 1 up; gives [..., outFeatures].
 */
export function linear(inFeatures: number, outFeatures: number, { bias = true }: LinearOptions = {}): Module {
  const bound = kaimingBound(inFeatures);
  const parameters: Record<string, ParameterSpec> = {
    weight: uniformParameter([outFeatures, inFeatures], bound),
  };
  if (bias) parameters.bias = uniformParameter([outFeatures], bound);
  return {
    parameters,
    apply: (nodes: NamedNodes, x: Node) => {
      requireFeatures(`linear ${inFeatures} → ${outFeatures}`, x, inFeatures);
      const weight = parameterNode(nodes, "weight");
      return affine(x, weight, bias ? parameterNode(nodes, "bias") : undefined);
    },
  };
}

/** One Gemm where the leading axes are one or static; a broadcast product where the batch is one of several. */
export function affine(x: Node, weight: Node, bias: Node | undefined): Node {
  const leading = x.shape.slice(0, -1);
  const [outFeatures = 1, inFeatures = 1] = weight.shape;
  if (x.shape.length === 2) return gemm(x, weight, bias, { transposeB: true });
  if (leading.includes("batch")) {
    const product = matmul(x, weight, { transposeB: true });
    return bias === undefined ? product : add(product, bias);
  }
  const matrix = reshape(x, [sizeOf(leading.map(Number)), inFeatures]);
  return reshape(gemm(matrix, weight, bias, { transposeB: true }), [...leading, outFeatures]);
}

/** @throws SHAPE_MISMATCH unless the last axis has so many features. */
export function requireFeatures(what: string, x: Node, inFeatures: number): void {
  if (x.shape.at(-1) === inFeatures) return;
  throw fail("SHAPE_MISMATCH", {
    what,
    expected: `[..., ${inFeatures}]`,
    received: formatShape(x.shape),
  });
}
