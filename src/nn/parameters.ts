import type { InputSpec, NamedNodes, Node } from "../graph/index.js";
import { type DType, fail, type Random, sizeOf } from "../tensor/index.js";
import type { Module, StateDict } from "./module.js";

/** First values of all parameters, drawn in order from one stream. */
export function initialize(module: Pick<Module, "parameters">, random: Random): StateDict {
  return Object.fromEntries(
    Object.entries(module.parameters).map(([name, spec]) => [name, spec.initialize(random)]),
  );
}

/** Number of trainable numbers. */
export function countParameters(module: Module): number {
  return Object.values(module.parameters).reduce((total, { shape }) => total + sizeOf(shape), 0);
}

/**
 * Types of the parameters as program inputs.
 * @param dtype default float32.
 * @example trace({ ...parameterInputs(net), x: { shape: ["batch", 2] } }, (nodes) => ({ y: net.apply(nodes, nodes.x) }))
 */
export function parameterInputs(
  { parameters }: Pick<Module, "parameters">,
  dtype: DType = "float32",
): Record<string, InputSpec> {
  return Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, { shape, dtype }]));
}

/**
 * The node of one parameter.
 * @throws MISSING_INPUT when the caller of `apply` did not give it.
 */
export function parameterNode(parameters: NamedNodes, name: string): Node {
  const node = parameters[name];
  if (node !== undefined) return node;
  throw fail("MISSING_INPUT", {
    what: `parameter "${name}"`,
    expected: `a node named "${name}"`,
    received: Object.keys(parameters).join(", ") || "no parameters",
  });
}
