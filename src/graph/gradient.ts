import { fail, isFloat } from "../tensor/index.js";
import * as build from "./build.js";
import { formatType, type Node } from "./node.js";
import { operatorOf } from "./operators/index.js";
import { dependents, topological } from "./traverse.js";

/**
 * Gradient of a scalar with respect to several nodes, as new graph (reverse mode).
 * @param loss scalar float node.
 * @param wrt nodes that `loss` may depend on; independent ones get zeros.
 * @returns one node an element of `wrt`, of the same type.
 * @throws NOT_DIFFERENTIABLE when `loss` is not a float scalar.
 */
export function gradient(loss: Node, wrt: readonly Node[]): Node[] {
  if (loss.shape.length > 0 || !isFloat(loss.dtype)) {
    throw fail("NOT_DIFFERENTIABLE", {
      what: "gradient",
      expected: "a float scalar",
      received: formatType(loss),
      help: "reduce it with reduceSum or mean, or call vjp with a cotangent",
    });
  }
  return vjp([loss], [build.constant(1, loss.dtype)], wrt);
}

/**
 * Vector–Jacobian product: Σᵢ cotangentᵢᵀ ∂outputᵢ/∂wrtⱼ for every j, as new graph.
 * @param cotangents one an output, of the output's type.
 */
export function vjp(outputs: readonly Node[], cotangents: readonly Node[], wrt: readonly Node[]): Node[] {
  const order = topological(outputs);
  const wanted = dependents(order, wrt);
  const sources = new Set(wrt);
  const collected = new Map<Node, Node[]>();
  const collect = (node: Node, cotangent: Node): void => {
    const list = collected.get(node);
    if (list === undefined) collected.set(node, [cotangent]);
    else list.push(cotangent);
  };
  outputs.forEach((output, i) => {
    const cotangent = cotangents[i];
    if (cotangent !== undefined) collect(output, build.broadcastLike(cotangent, output));
  });
  const totals = new Map<Node, Node>();
  for (const node of order.reverse()) {
    const parts = wanted.has(node) ? collected.get(node) : undefined;
    if (parts === undefined) continue;
    const total = build.sum(...parts);
    if (sources.has(node)) totals.set(node, total);
    const pullbacks = operatorOf(node).vjp(
      { inputs: node.inputs, output: node, attributes: node.attributes, build },
      total,
    );
    node.inputs.forEach((input, i) => {
      const pullback = pullbacks[i];
      if (pullback !== undefined && wanted.has(input) && isFloat(input.dtype)) collect(input, pullback());
    });
  }
  return wrt.map((node) => totals.get(node) ?? build.zerosLike(node));
}

/**
 * Jacobian–vector product: Σⱼ ∂outputᵢ/∂inputⱼ tangentⱼ for every i, as new graph (forward mode).
 * @param tangents one an element of `inputs`, of the same type.
 */
export function jvp(outputs: readonly Node[], inputs: readonly Node[], tangents: readonly Node[]): Node[] {
  const order = topological(outputs);
  const moving = dependents(order, inputs);
  const tangentOf = new Map<Node, Node | undefined>(inputs.map((input, i) => [input, tangents[i]]));
  for (const node of order) {
    if (!moving.has(node) || tangentOf.has(node) || !isFloat(node.dtype)) continue;
    const given = node.inputs.map((input) => tangentOf.get(input));
    if (given.every((tangent) => tangent === undefined)) continue;
    const application = { inputs: node.inputs, output: node, attributes: node.attributes, build };
    tangentOf.set(node, operatorOf(node).jvp(application, given));
  }
  return outputs.map((output) => tangentOf.get(output) ?? build.zerosLike(output));
}
