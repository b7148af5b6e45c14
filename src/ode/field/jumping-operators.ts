import type { Node } from "../../graph/index.js";
import { dependents, isOp, topological } from "../../graph/internal.js";
import type { Field } from "./field.js";

/**
 * What in a field may jump: kinds of operators between the state or the depth and the derivative whose results are steps. It need
 * not: comparisons also choose between branches that meet.
 */
export function jumpingOperators({ graph, roles }: Field): string[] {
  const dz = graph.outputs[roles.output];
  const sources = [roles.state, roles.depth].flatMap((name) => (name && graph.inputs[name]) || []);
  if (dz === undefined) return [];
  const order = topological([dz]);
  const moving = dependents(order, sources);
  const kinds = order.flatMap((node) => (moving.has(node) ? (jumpOf(node) ?? []) : []));
  return [...new Set(kinds)];
}

function jumpOf(node: Node): string | undefined {
  if (isOp(node, "topPositions")) return "positions of largest or smallest elements (TopK, ArgMax)";
  if (isOp(node, "sign")) return "signs";
  if (isOp(node, "cast")) return isWhole(node) && !isWhole(node.inputs[0]) ? "rounding" : undefined;
  return isOp(node, "less") || isOp(node, "equal") ? "comparisons" : undefined;
}

const isWhole = (node: Node | undefined): boolean => node?.dtype === "int64";
