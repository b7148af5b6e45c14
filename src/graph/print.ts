import type { Graph } from "./graph.js";
import { isOp, type Node } from "./node.js";
import { formatType } from "./tensor-type.js";
import { topological } from "./traverse.js";

/**
 * A readable dump: one line a node, in order of computation.
 * @example
 *   %0 = input "z"                 float32[batch, 2]
 *   %1 = tanh %0                   float32[batch, 2]
 *   dz = %1
 */
export function printGraph(graph: Graph): string {
  const order = topological(Object.values(graph.outputs));
  const numbers = new Map(order.map((node, i) => [node, i]));
  const lines = order.map((node, i) => {
    const inputs = node.inputs.map((input) => ` %${numbers.get(input)}`).join("");
    const call = `%${i} = ${node.op}${inputs}${printAttributes(node)}`;
    return `${call.padEnd(43)} ${formatType(node)}`;
  });
  return [
    ...lines,
    ...Object.entries(graph.outputs).map(([name, node]) => `${name} = %${numbers.get(node)}`),
  ].join("\n");
}

function printAttributes(node: Node): string {
  if (isOp(node, "input")) return ` "${node.attributes.name}"`;
  if (isOp(node, "constant")) {
    const { data } = node.attributes.value;
    return data.length <= 4 ? ` ${[...data].join(" ")}` : ` (${data.length} values)`;
  }
  return Object.entries(node.attributes)
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
    .join("");
}
