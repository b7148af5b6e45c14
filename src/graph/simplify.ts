import { fromNumbers, sizeOf, toFloat64 } from "../tensor/index.js";
import * as build from "./build.js";
import { type Graph, makeGraph, rebuild } from "./graph.js";
import { constantNode, constantValue, type Node, scalarValue } from "./node.js";
import { operatorOf } from "./operators/index.js";
import { type SymbolicShape, sameType } from "./tensor-type.js";

/** Returns a simpler node of the same type and value for an application, or undefined. */
type Rule = (node: Node) => Node | undefined;

/** x, if it already has the type of the result that it replaces. */
const keep = (x: Node | undefined, node: Node): Node | undefined =>
  x !== undefined && sameType(x, node) ? x : undefined;

const rules: readonly Rule[] = [
  withoutNeutral,
  (node) => {
    const { inputs, attributes } = node;
    return operatorOf(node).simplify({ inputs, output: node, attributes, build });
  },
  withoutExpansion,
  foldConstants,
];

/** x + 0 and 0 + x are x, x − 0 is. */
function withoutNeutral(node: Node): Node | undefined {
  const { neutral, commutative } = operatorOf(node);
  const [x, y, ...more] = node.inputs;
  if (neutral === undefined || more.length > 0) return undefined;
  const left = scalarValue(y) === neutral ? keep(x, node) : undefined;
  return left ?? (commutative && scalarValue(x) === neutral ? keep(y, node) : undefined);
}

/** Operators that broadcast need no repeated operands. */
function withoutExpansion(node: Node): Node | undefined {
  if (!operatorOf(node).broadcasts) return undefined;
  const { op, inputs, attributes } = node;
  const slim = inputs.map((input) => (operatorOf(input).repeats ? (input.inputs[0] ?? input) : input));
  if (slim.every((input, i) => input === inputs[i])) return undefined;
  return keep(build.applyOperator(op, slim, attributes), node);
}

/** Largest constant that folding may create: a bigger one costs more in the file than it saves. */
const foldLimit = 4096;

function foldConstants(node: Node): Node | undefined {
  const values = node.inputs.flatMap((input) => constantValue(input) ?? []);
  const foldable = values.length > 0 && values.length === node.inputs.length;
  if (!foldable || node.shape.includes("batch") || sizeOf(staticShape(node.shape)) > foldLimit)
    return undefined;
  const shape = staticShape(node.shape);
  const inputs = values.map((value) => ({ shape: value.shape, data: toFloat64(value) }));
  const result = operatorOf(node).evaluate(inputs, node.attributes, shape);
  if (node.dtype === "int64" && !result.every(Number.isSafeInteger)) return undefined;
  return constantNode(fromNumbers(result, shape, node.dtype));
}

const staticShape = (shape: SymbolicShape): number[] => shape.map(Number);

/** Applies the rules to one node until none fits. Equal subexpressions are shared by construction. */
function simplifyNode(node: Node, inputs: readonly Node[]): Node | undefined {
  if (inputs.length === 0) return node;
  const unchanged = inputs.every((input, i) => input === node.inputs[i]);
  let current = unchanged ? node : build.applyOperator(node.op, inputs, node.attributes);
  for (let i = 0; i < rules.length; i++) {
    const simpler = rules[i]?.(current);
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
