import { type DType, fail, isFloat, type Tensor } from "../tensor/index.js";
import * as build from "./build.js";
import { constantNode, inputNode, isOp, type Node } from "./node.js";
import type { Conversion } from "./operator.js";
import { operatorOf } from "./operators/index.js";
import { type Extent, formatType, type SymbolicShape, type TensorType } from "./tensor-type.js";
import { topological } from "./traverse.js";

/** Nodes by name. */
export type NamedNodes = Readonly<Record<string, Node>>;

/** A function from named inputs to named outputs, as data. */
export interface Graph {
  /** Leaves, in calling order. */
  readonly inputs: Readonly<Record<string, Node<"input">>>;
  readonly outputs: NamedNodes;
}

/** Type of one input; the element type defaults to float32. */
export interface InputSpec {
  readonly shape: SymbolicShape;
  readonly dtype?: DType;
}

/**
 * Runs a TypeScript function once over symbolic inputs and keeps what it built.
 * @example trace({ z: { shape: ["batch", 2] } }, ({ z }) => ({ y: tanh(z) }))
 */
export function trace<Name extends string>(
  specs: Readonly<Record<Name, InputSpec>>,
  body: (inputs: Readonly<Record<Name, Node>>) => NamedNodes,
): Graph {
  const inputs: Record<string, Node<"input">> = {};
  for (const [name, { shape, dtype = "float32" }] of Object.entries<InputSpec>(specs)) {
    const node = inputNode(name, { shape, dtype });
    if (isOp(node, "input")) inputs[name] = node;
  }
  return makeGraph(inputs, body(inputs as Readonly<Record<Name, Node>>));
}

/**
 * Checks that the outputs depend on no input but the named ones.
 * @throws INVALID_GRAPH naming a foreign input, or when there is no output.
 */
export function makeGraph(inputs: Graph["inputs"], outputs: NamedNodes): Graph {
  const own = new Set<Node>(Object.values(inputs));
  const foreign = topological(Object.values(outputs)).find((node) => node.op === "input" && !own.has(node));
  if (foreign !== undefined && isOp(foreign, "input")) {
    throw fail("INVALID_GRAPH", {
      what: "trace",
      expected: `a function of ${Object.keys(inputs).join(", ") || "no inputs"}`,
      received: `input "${foreign.attributes.name}" of another trace (${formatType(foreign)})`,
      help: "pass the value in as an input instead of closing over it",
    });
  }
  if (Object.keys(outputs).length === 0) {
    throw fail("INVALID_GRAPH", { what: "trace", expected: "at least one output", received: "none" });
  }
  return { inputs, outputs };
}

/** How `rebuild` treats the nodes that are not replaced. */
export interface RebuildOptions extends Conversion {
  /** May return another node for `node` on its rebuilt inputs; `undefined` keeps the operator. */
  readonly rewrite?: (node: Node, inputs: readonly Node[]) => Node | undefined;
}

/**
 * Rebuilds the part of a graph behind `outputs`, replacing nodes: the one traversal behind inlining,
 * change of element type and simplification. Types are inferred anew.
 * @param replaced nodes that stand for others.
 */
export function rebuild(
  outputs: readonly Node[],
  replaced: ReadonlyMap<Node, Node>,
  { rewrite, ...conversion }: RebuildOptions = {},
): Node[] {
  const renewed = new Map<Node, Node>(replaced);
  const current = (node: Node): Node => renewed.get(node) ?? node;
  for (const node of topological(outputs)) {
    if (renewed.has(node)) continue;
    const inputs = node.inputs.map(current);
    renewed.set(node, rewrite?.(node, inputs) ?? again(node, inputs, conversion));
  }
  return outputs.map(current);
}

/** The same operator on other inputs, in another program. */
function again(node: Node, inputs: readonly Node[], conversion: Conversion): Node {
  const unchanged = inputs.every((input, i) => input === node.inputs[i]);
  if (unchanged && conversion.float === undefined) return node;
  const { op, attributes } = node;
  const converted = operatorOf(node).convert({ inputs, attributes, build }, conversion);
  return converted ?? (unchanged ? node : build.applyOperator(op, inputs, attributes));
}

/**
 * Calls a graph inside another trace: its operators are repeated on the given nodes.
 * @throws MISSING_INPUT when an input has no node; SHAPE_MISMATCH from the operators when one does not fit.
 */
export function inline(graph: Graph, feeds: NamedNodes): NamedNodes {
  const replaced = new Map<Node, Node>();
  let batch: Extent | undefined;
  for (const [name, node] of Object.entries(graph.inputs)) {
    const feed = feeds[name];
    if (feed === undefined) {
      throw fail("MISSING_INPUT", {
        what: "inline",
        expected: `inputs ${Object.keys(graph.inputs).join(", ")}`,
        received: Object.keys(feeds).join(", ") || "none",
      });
    }
    requireFit(name, node, feed);
    replaced.set(node, feed);
    const axis = node.shape.indexOf("batch");
    if (axis >= 0) batch ??= feed.shape[axis];
  }
  const names = Object.keys(graph.outputs);
  const nodes = rebuild(Object.values(graph.outputs), replaced, { batch: batch ?? "batch" });
  return Object.fromEntries(names.map((name, i) => [name, nodes[i] as Node]));
}

function requireFit(name: string, expected: Node, feed: Node): void {
  const fits =
    feed.dtype === expected.dtype &&
    feed.shape.length === expected.shape.length &&
    expected.shape.every((size, axis) => size === "batch" || size === feed.shape[axis]);
  if (fits) return;
  throw fail("SHAPE_MISMATCH", {
    what: `input "${name}"`,
    expected: formatType(expected),
    received: formatType(feed),
  });
}

/** Fixes some inputs to values; they become constants. */
export function bind(graph: Graph, values: Readonly<Record<string, Tensor>>): Graph {
  const kept: Record<string, Node<"input">> = {};
  const feeds: Record<string, Node> = {};
  for (const [name, node] of Object.entries(graph.inputs)) {
    const value = values[name];
    feeds[name] = value === undefined ? node : constantNode(value);
    if (value === undefined) kept[name] = node;
  }
  return makeGraph(kept, inline(graph, feeds));
}

/** The same function with all float inputs, constants and results of another float type. */
export function withFloat(graph: Graph, dtype: "float32" | "float64"): Graph {
  const convert = (type: TensorType): TensorType => (isFloat(type.dtype) ? { ...type, dtype } : type);
  const replaced = new Map<Node, Node>();
  const inputs: Record<string, Node<"input">> = {};
  for (const [name, node] of Object.entries(graph.inputs)) {
    const renewed = inputNode(name, convert(node));
    replaced.set(node, renewed);
    if (isOp(renewed, "input")) inputs[name] = renewed;
  }
  const outputs = rebuild(Object.values(graph.outputs), replaced, { float: dtype });
  return makeGraph(
    inputs,
    Object.fromEntries(Object.keys(graph.outputs).map((name, i) => [name, outputs[i] as Node])),
  );
}

/**
 * Multiply–accumulates of one run at a batch size: what Gemm and Conv cost; elementwise work is not counted. What
 * constants make among themselves is computed once, when a program is loaded, and not counted.
 * @param parameters inputs that are constants wherever the graph runs, by name.
 */
export function countMacs(graph: Graph, batch = 1, parameters: readonly string[] = []): number {
  const concrete = (node: Node): number[] => node.shape.map((size) => (size === "batch" ? batch : size));
  const constants = new Set(parameters);
  const varying = new Set<Node>();
  let total = 0;
  for (const node of topological(Object.values(graph.outputs))) {
    const varies = isOp(node, "input")
      ? !constants.has(node.attributes.name)
      : node.inputs.some((input) => varying.has(input));
    if (!varies) continue;
    varying.add(node);
    total += operatorOf(node).macs(node.inputs.map(concrete), node.attributes, concrete(node));
  }
  return total;
}
