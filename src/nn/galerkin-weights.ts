import { constant, matmul, type NamedNodes, type Node, type Operand, reshape } from "../graph/index.js";
import { fail, formatShape, type Shape, sizeOf } from "../tensor/index.js";
import { type DepthBasis, meanSquareOf } from "./depth-basis.js";
import { kaimingBound, uniformParameter } from "./initializers.js";
import type { ParameterSpec } from "./module.js";
import { parameterNode } from "./parameters.js";

/** Parameters of a layer whose weights are Σ_k φ_k(s) C_k: all C_k of one parameter together, [K, …]. */
export interface GalerkinWeights {
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /**
   * φ at s, [1, K] for one depth, [n, K] for one a sample.
   * @throws MISSING_INPUT without s; SHAPE_MISMATCH unless it is one for all, or one a sample of x.
   */
  basisAt(s: Operand | undefined, x: Node): Node;
  /** Σ_k φ_k C_k of a parameter: [1, K] -> its own shape; [n, K] -> [n, numbers of it]. */
  at(nodes: NamedNodes, name: string, phi: Node): Node;
}

/**
 * Coefficients of weights that vary with depth. They start as U(±b/√r), b = 1/√fanIn and r the mean of Σ_k φ_k(s)² over the
 * basis' span: over it the weights have the variance that PyTorch gives weights that do not vary.
 * @param shapes of the weights at one depth.
 */
export function galerkinWeights(
  what: string,
  basis: DepthBasis,
  shapes: Readonly<Record<string, Shape>>,
  fanIn: number,
): GalerkinWeights {
  const bound = kaimingBound(fanIn) / Math.sqrt(meanSquareOf(basis));
  const parameters = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, uniformParameter([basis.size, ...shape], bound)]),
  );
  return {
    parameters,
    basisAt: (s, x) => basis.at(depthColumn(what, s, x)),
    at: (nodes, name, phi) => {
      const shape = shapes[name] ?? [];
      const combined = matmul(phi, reshape(parameterNode(nodes, name), [basis.size, sizeOf(shape)]));
      return phi.shape[0] === 1 ? reshape(combined, shape) : combined;
    },
  };
}

/** The depth as a column, [1, 1] or [n, 1]. */
function depthColumn(what: string, s: Operand | undefined, x: Node): Node {
  if (s === undefined)
    throw fail("MISSING_INPUT", {
      what,
      expected: "the depth s, with which its weights vary",
      received: "none",
      help: "hand it on: module.apply(parameters, x, s)",
    });
  const depth = typeof s === "number" ? constant(s, x.dtype) : s;
  if (depth.shape.every((extent) => extent === 1)) return reshape(depth, [1, 1]);
  const [batch = 1, ...rest] = depth.shape;
  if (batch === x.shape[0] && rest.every((extent) => extent === 1)) return reshape(depth, [batch, 1]);
  throw fail("SHAPE_MISMATCH", {
    what: `${what}: depth`,
    expected: `one depth, or one a sample of ${formatShape(x.shape)}`,
    received: formatShape(depth.shape),
  });
}
