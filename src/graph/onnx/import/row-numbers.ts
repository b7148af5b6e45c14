import { fail, toFloat64 } from "../../../tensor/index.js";
import { constantValue, inputNode, type Node } from "../../node.js";
import type { ReferenceValue } from "../../operator.js";
import { operatorOf } from "../../operators/index.js";
import { foldLimit } from "./value.js";

const numbers = new WeakMap<Node, Node>();
const leaves = new WeakSet<Node>();

/**
 * The numbers 0, 1, … of a batch's rows, int64[batch]. Exporters write them into index tensors ("every row, column 2").
 * A graph of ours has no such thing: index tensors are read while importing, and nothing else may depend on them.
 * @param source the input that has the batch.
 */
export function rowNumbersOf(source: Node): Node {
  const known = numbers.get(source) ?? inputNode("row numbers", { dtype: "int64", shape: ["batch"] });
  numbers.set(source, known);
  leaves.add(known);
  return known;
}

/** @throws UNSUPPORTED_FIELD when a result depends on a sample's place in its batch. */
export function requireNoRowNumbers(used: ReadonlySet<Node>, what: string): void {
  if (![...used].some((node) => leaves.has(node))) return;
  throw fail("UNSUPPORTED_FIELD", {
    what,
    expected: "samples that do not know their place in the batch",
    received: "outputs that depend on the number of a row",
    help: "a field computes every row of the batch for itself",
  });
}

/** Deeper and larger computations than any index tensor's are data. */
const depthLimit = 200;

/**
 * What a node holds for a batch of so many rows, where it follows from shapes, constants and row numbers alone.
 * @returns undefined where it depends on data.
 */
export function valuesForRows(node: Node, rows: number): ReferenceValue | undefined {
  // Those that depend on data too: a node is met along very many paths.
  const values = new Map<Node, ReferenceValue | undefined>();
  const shapeOf = ({ shape }: Node): number[] => shape.map((size) => (size === "batch" ? rows : size));
  const visit = (current: Node, depth: number): ReferenceValue | undefined => {
    if (values.has(current)) return values.get(current);
    const shape = shapeOf(current);
    const isData = depth > depthLimit || shape.reduce((a, b) => a * b, 1) > foldLimit;
    const value = isData
      ? undefined
      : computed(current, shape, (input) => visit(input, depth + 1), shapeOf, rows);
    values.set(current, value);
    return value;
  };
  return visit(node, 0);
}

function computed(
  node: Node,
  shape: readonly number[],
  visit: (input: Node) => ReferenceValue | undefined,
  shapeOf: (node: Node) => number[],
  rows: number,
): ReferenceValue | undefined {
  if (leaves.has(node)) return { shape, data: Float64Array.from({ length: rows }, (_, i) => i) };
  const stored = constantValue(node);
  if (stored !== undefined) return { shape, data: toFloat64(stored) };
  if (node.op === "input") return undefined;
  const inputs = node.inputs.map((input, i) =>
    node.op === "extent" || (node.op === "expand" && i > 0)
      ? { shape: shapeOf(input), data: new Float64Array() }
      : visit(input),
  );
  if (!inputs.every((input) => input !== undefined)) return undefined;
  return { shape, data: operatorOf(node).evaluate(inputs, node.attributes, shape) };
}
