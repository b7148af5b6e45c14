import { concat, constant, expand, type Node, type Operand, reshape } from "../graph/index.js";
import { fail, formatShape } from "../tensor/index.js";

/**
 * Appends the depth s as one more channel (or column) on axis 1: z [n, c, …] -> [n, c + 1, …]: torchdyn's `DepthCat`.
 * @param s one depth for all (a number, or a node of one element), or one a sample, [n] or [n, 1].
 * @throws SHAPE_MISMATCH for another s.
 */
export function depthCat(z: Node, s: Operand): Node {
  const depth = typeof s === "number" ? constant(s, z.dtype) : s;
  const [batch = 1, , ...rest] = z.shape;
  const ones = rest.map(() => 1);
  const shared = depth.shape.every((extent) => extent === 1);
  if (!shared && !(depth.shape[0] === batch && depth.shape.slice(1).every((extent) => extent === 1))) {
    throw fail("SHAPE_MISMATCH", {
      what: "depthCat",
      expected: `one depth, or one a sample of ${formatShape(z.shape)}`,
      received: formatShape(depth.shape),
    });
  }
  const column = reshape(depth, [shared ? 1 : batch, 1, ...ones]);
  return concat([z, expand(column, [batch, 1, ...rest], z)], 1);
}

/**
 * Data control (Massaroli et al., 2020): the input x beside the state z on axis 1, [n, c + d, …], so that the field is
 * f(s, z, x). Both have the same size on all other axes.
 */
export const dataControl = (z: Node, x: Node): Node => concat([z, x], 1);
