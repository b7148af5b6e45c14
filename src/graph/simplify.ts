import { fromNumbers, sizeOf, toFloat64 } from "../tensor/index.js";
import * as build from "./build.js";
import { type Graph, makeGraph, rebuild } from "./graph.js";
import { constantNode, formatType, isOp, type Node, type SymbolicShape } from "./node.js";
import { operatorOf } from "./operators/index.js";
import { withoutUniformChannels } from "./uniform-channels.js";

/** Returns a simpler node of the same type and value for `node` on rebuilt `inputs`, or undefined. */
type Rule = (node: Node, inputs: readonly Node[]) => Node | undefined;

/** The value of a scalar (or constant-filled) constant. */
function constantValue(node: Node | undefined): number | undefined {
  if (node === undefined || !isOp(node, "constant")) return undefined;
  const { data } = node.attributes.value;
  const first = data[0];
  return data.length === 1 && first !== undefined ? Number(first) : undefined;
}

const is = (node: Node | undefined, value: number): boolean => constantValue(node) === value;

/** x, if it already has the type of the result that it replaces. */
const keep = (x: Node | undefined, node: Node): Node | undefined =>
  x !== undefined && formatType(x) === formatType(node) ? x : undefined;

const rules: readonly Rule[] = [
  (node, [x, y]) => (node.op === "add" && is(y, 0) ? keep(x, node) : undefined),
  (node, [x, y]) => (node.op === "add" && is(x, 0) ? keep(y, node) : undefined),
  (node, [x, y]) => (node.op === "sub" && is(y, 0) ? keep(x, node) : undefined),
  (node, [x, y]) => (node.op === "mul" && is(y, 1) ? keep(x, node) : undefined),
  (node, [x, y]) => (node.op === "mul" && is(x, 1) ? keep(y, node) : undefined),
  (node, [x, y]) => (node.op === "div" && is(y, 1) ? keep(x, node) : undefined),
  (node, [x, y]) => (node.op === "pow" && is(y, 1) ? keep(x, node) : undefined),
  (node, [x, y]) => (node.op === "pow" && is(y, 2) && x ? build.mul(x, x) : undefined),
  (node, [x]) => (node.op === "neg" && x?.op === "neg" ? x.inputs[0] : undefined),
  (node, [x]) => (node.op === "reshape" ? keep(x, node) : undefined),
  (node, [x]) =>
    isOp(node, "reshape") && x?.op === "reshape" && x.inputs[0]
      ? build.reshape(x.inputs[0], node.shape)
      : undefined,
  (node, [x]) =>
    isOp(node, "transpose") && x && isOp(x, "transpose") ? mergeTransposes(node, x) : undefined,
  (node, [x]) =>
    isOp(node, "transpose") && node.attributes.permutation.every((axis, i) => axis === i) ? x : undefined,
  (node, [x]) => (node.op === "expand" ? keep(x, node) : undefined),
  (node, inputs) => (broadcasts.has(node.op) ? withoutExpansion(node, inputs) : undefined),
  (node, inputs) => foldConstants(node, inputs),
  withoutUniformChannels,
];

/** Elementwise operators repeat their inputs by themselves. */
const broadcasts: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "minimum",
  "maximum",
  "sum",
  "where",
  "less",
  "equal",
]);

function withoutExpansion(node: Node, inputs: readonly Node[]): Node | undefined {
  const slim = inputs.map((input) => (input.op === "expand" ? (input.inputs[0] ?? input) : input));
  if (slim.every((input, i) => input === inputs[i])) return undefined;
  return keep(build.applyOperator(node.op, slim, node.attributes), node);
}

function mergeTransposes(outer: Node<"transpose">, inner: Node<"transpose">): Node | undefined {
  const [x] = inner.inputs;
  return (
    x &&
    build.transpose(
      x,
      outer.attributes.permutation.map((axis) => inner.attributes.permutation[axis] ?? 0),
    )
  );
}

/** Largest constant that folding may create: a bigger one costs more in the file than it saves. */
const foldLimit = 4096;

function foldConstants(node: Node, inputs: readonly Node[]): Node | undefined {
  const foldable = inputs.length > 0 && inputs.every((input) => input.op === "constant");
  if (!foldable || node.shape.includes("batch") || sizeOf(staticShape(node.shape)) > foldLimit)
    return undefined;
  const values = inputs.flatMap((input) =>
    isOp(input, "constant")
      ? [{ shape: input.attributes.value.shape, data: toFloat64(input.attributes.value) }]
      : [],
  );
  const shape = staticShape(node.shape);
  return constantNode(
    fromNumbers(operatorOf(node).evaluate(values, node.attributes, shape), shape, node.dtype),
  );
}

const staticShape = (shape: SymbolicShape): number[] => shape.map(Number);

/** Applies the rules to one node until none fits. Equal subexpressions are shared by construction. */
function simplifyNode(node: Node, inputs: readonly Node[]): Node | undefined {
  if (inputs.length === 0) return node;
  const unchanged = inputs.every((input, i) => input === node.inputs[i]);
  let current = unchanged ? node : build.applyOperator(node.op, inputs, node.attributes);
  for (let i = 0; i < rules.length; i++) {
    const simpler = rules[i]?.(current, current.inputs);
    if (simpler === undefined || simpler === current) continue;
    current = simpler;
    i = -1;
  }
  return current;
}

/** The same function with less to compute. */
export function simplify(graph: Graph): Graph {
  const outputs = rebuild(Object.values(graph.outputs), new Map(), { rewrite: simplifyNode });
  return makeGraph(
    graph.inputs,
    Object.fromEntries(Object.keys(graph.outputs).map((name, i) => [name, outputs[i] as Node])),
  );
}
