import { fail, isFloat } from "../tensor/index.js";
import * as build from "./build.js";
import type { Node } from "./node.js";
import { operatorOf } from "./operators/index.js";
import { formatType } from "./tensor-type.js";
import { dependents, topological } from "./traverse.js";

/**
 * Gradient of a scalar with respect to several nodes, as new graph (reverse mode).
 * @param loss scalar float node.
 * @param wrt nodes that `loss` may depend on; independent ones get zeros.
 * @returns one node an element of `wrt`, of the same type.
 * @throws NOT_DIFFERENTIABLE when `loss` is not a float scalar.
 */
export function gradient(loss: Node, wrt: readonly Node[]): Node[] {
  requireScalar(loss);
  return vjp([loss], [build.constant(1, loss.dtype)], wrt);
}

function requireScalar(loss: Node): void {
  if (loss.shape.length === 0 && isFloat(loss.dtype)) return;
  throw fail("NOT_DIFFERENTIABLE", {
    what: "gradient",
    expected: "a float scalar",
    received: formatType(loss),
    help: "reduce it with reduceSum or mean, or call vjp with a cotangent",
  });
}

/**
 * Vector–Jacobian product: Σᵢ cotangentᵢᵀ ∂outputᵢ/∂wrtⱼ for every j, as new graph.
 * @param cotangents one an output, of the output's type.
 */
export function vjp(outputs: readonly Node[], cotangents: readonly Node[], wrt: readonly Node[]): Node[] {
  const terms = vjpTerms(outputs, cotangents, wrt);
  return wrt.map((node, j) => total(terms[j] ?? [], node));
}

/**
 * The terms that `vjp` adds up, one list an element of `wrt`: last use of the node first. Whoever has many of them
 * may choose the order of addition, and with it what has to stay in memory.
 */
export function vjpTerms(
  outputs: readonly Node[],
  cotangents: readonly Node[],
  wrt: readonly Node[],
): Node[][] {
  // Ids grow from inputs to users: by id is a topological order that keeps the steps of a solve together.
  const order = topological(outputs).sort((a, b) => a.id - b.id);
  const wanted = dependents(order, wrt);
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
  for (const node of order.reverse()) {
    const terms = wanted.has(node) ? collected.get(node) : undefined;
    if (terms === undefined || node.inputs.length === 0) continue;
    const application = { inputs: node.inputs, output: node, attributes: node.attributes, build };
    const pullbacks = operatorOf(node).vjp(application, build.sum(...terms));
    node.inputs.forEach((input, i) => {
      const pullback = pullbacks[i];
      if (pullback !== undefined && wanted.has(input) && isFloat(input.dtype)) collect(input, pullback());
    });
  }
  return wrt.map((node) => collected.get(node) ?? []);
}

const total = (terms: readonly Node[], like: Node): Node =>
  terms.length > 0 ? build.sum(...terms) : build.zerosLike(like);

/** Largest number of parts in which `gradientInParts` adds. */
const MOST_PARTS = 32;

/**
 * The gradient as a sum of parts, each over one stretch of the backward pass: result[k][j] is the share of part k in
 * the gradient of wrt[j]. ONNX Runtime computes what an output needs depth first; a gradient that is one sum over a
 * whole solve makes it run the backward chain to its end before the first weight gradient, with every cotangent
 * still in memory. Added part by part, the last use first, it keeps one part's cotangents at a time.
 */
export function gradientInParts(loss: Node, wrt: readonly Node[]): Node[][] {
  requireScalar(loss);
  const terms = vjpTerms([loss], [build.constant(1, loss.dtype)], wrt);
  const count = Math.max(1, Math.min(MOST_PARTS, ...terms.map((list) => list.length)));
  return Array.from({ length: count }, (_, k) =>
    wrt.map((node, j) => {
      const list = terms[j] ?? [];
      return total(
        list.slice(Math.floor((k * list.length) / count), Math.floor(((k + 1) * list.length) / count)),
        node,
      );
    }),
  );
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
