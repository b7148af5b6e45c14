import { constant, expand, type Node, type Operand, reshape } from "../../graph/index.js";

/** A per-step scalar in a form that multiplies states: numbers and scalars as they are, [batch] as a column. */
export function asColumn(value: Operand, z: Node): Operand {
  if (typeof value === "number" || value.shape.length === 0) return value;
  return reshape(
    value,
    z.shape.map((size, axis) => (axis === 0 ? size : 1)),
  );
}

/** A scalar or column repeated to one number a sample with trailing extents 1: what networks concatenate. */
export function perSample(value: Operand, z: Node): Node {
  const node = typeof value === "number" ? constant(value, z.dtype) : value;
  const shape = z.shape.map((size, axis) => (axis === 0 ? size : 1));
  return node.shape.length === 0 ? expand(node, shape, z) : reshape(node, shape);
}
