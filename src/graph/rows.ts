import type { Node } from "./node.js";
import { operatorOf } from "./operators/index.js";
import type { SymbolicShape } from "./tensor-type.js";
import { dependents, topological } from "./traverse.js";

const rowAxes = (shape: SymbolicShape): number => shape.filter((extent) => extent === "batch").length;

/**
 * Whether every row of the outputs depends on that row of the inputs alone, and on inputs without rows: then a batch can
 * be divided. What has lost the batch axis on the way, such as a sum over it, holds something of all rows.
 */
export function isRowWise(outputs: readonly Node[]): boolean {
  const order = topological(outputs);
  const leaves = order.filter(({ inputs, shape }) => inputs.length === 0 && rowAxes(shape) > 0);
  const ofRows = dependents(order, leaves);
  return order.every((node) => {
    if (!ofRows.has(node)) return true;
    const { inputs, attributes, shape } = node;
    return rowAxes(shape) === 1 && !operatorOf(node).mixesRows(inputs, attributes);
  });
}
