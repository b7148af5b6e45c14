import type { OperatorAttributes, OpName } from "./attributes.js";
import { internNode, type Node } from "./node.js";
import { operators } from "./operators/index.js";

/** Applies any operator by name, for passes that walk graphs; everybody else calls the functions of build.ts. */
export function applyOperator<Op extends OpName>(
  op: Op,
  inputs: readonly Node[],
  attributes: OperatorAttributes[Op],
): Node {
  return internNode(op, inputs, attributes, () => operators[op].type(inputs, attributes));
}
