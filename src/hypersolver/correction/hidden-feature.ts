import type { Node } from "../../graph/index.js";
import { operatorOf } from "../../graph/internal.js";
import type { Field } from "../../ode/index.js";

/**
 * Name of the field's last hidden layer, the first operand of the last product before dz: what f has computed to answer,
 * and the most telling feature for a correction.
 * @returns undefined where there is no such product, or its operand is no named feature.
 */
export function hiddenFeature({ graph, roles, features }: Field): string | undefined {
  const hidden = operandOfLastProduct(graph.outputs[roles.output]);
  return Object.keys(features).find((name) => features[name] === hidden);
}

/** Follows first operands: biases, bounds and reshaping stand behind the product, on one path. */
function operandOfLastProduct(output: Node | undefined): Node | undefined {
  for (let node = output; node !== undefined; node = node.inputs[0])
    if (operatorOf(node).product) return node.inputs[0];
  return undefined;
}
