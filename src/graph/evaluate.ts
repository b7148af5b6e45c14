import { fail, formatShape, fromNumbers, type Shape, type Tensor, toFloat64 } from "../tensor/index.js";
import { sameShape } from "../tensor/internal.js";
import type { Graph } from "./graph.js";
import { constantValue, type Node } from "./node.js";
import type { ReferenceValue } from "./operator.js";
import { operatorOf } from "./operators/index.js";
import { topological } from "./traverse.js";

/**
 * The reference interpreter: runs a graph in float64, plainly and slowly. The oracle of every kernel test.
 * @param feeds a tensor an input; "batch" is bound by the first input that has it.
 * @throws MISSING_INPUT, SHAPE_MISMATCH.
 */
export function evaluateGraph(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const values = new Map<Node, ReferenceValue>();
  const batch = bindInputs(graph, feeds, values);
  const outputs = Object.values(graph.outputs);
  for (const node of topological(outputs))
    if (!values.has(node)) values.set(node, evaluateNode(node, values, batch));
  const names = Object.keys(graph.outputs);
  return Object.fromEntries(
    outputs.map((node, i) => {
      const value = values.get(node) ?? { shape: [], data: new Float64Array() };
      const dtype = node.dtype === "float32" ? "float64" : node.dtype;
      return [names[i] ?? "", fromNumbers(value.data, value.shape, dtype)];
    }),
  );
}

/**
 * Checks feeds against the types of inputs and finds the batch size (1 when no input has one).
 * @throws MISSING_INPUT, SHAPE_MISMATCH.
 */
export function resolveBatch(graph: Graph, feeds: Readonly<Record<string, Tensor>>): number {
  let batch: number | undefined;
  for (const [name, node] of Object.entries(graph.inputs)) {
    const feed = feeds[name];
    if (feed === undefined) {
      throw fail("MISSING_INPUT", {
        what: `input "${name}"`,
        expected: `inputs ${Object.keys(graph.inputs).join(", ")}`,
        received: Object.keys(feeds).join(", ") || "none",
      });
    }
    const axis = node.shape.indexOf("batch");
    if (axis >= 0) batch ??= feed.shape[axis];
    const expected = node.shape.map((size) => (size === "batch" ? (batch ?? 1) : size));
    if (!sameShape(expected, feed.shape)) {
      throw fail("SHAPE_MISMATCH", {
        what: `input "${name}"`,
        expected: formatShape(node.shape),
        received: formatShape(feed.shape),
      });
    }
  }
  return batch ?? 1;
}

function bindInputs(
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
  values: Map<Node, ReferenceValue>,
): number {
  const batch = resolveBatch(graph, feeds);
  for (const [name, node] of Object.entries(graph.inputs)) {
    const feed = feeds[name];
    if (feed !== undefined) values.set(node, { shape: feed.shape, data: toFloat64(feed) });
  }
  return batch;
}

function evaluateNode(node: Node, values: ReadonlyMap<Node, ReferenceValue>, batch: number): ReferenceValue {
  const fixed = constantValue(node);
  if (fixed !== undefined) return { shape: fixed.shape, data: toFloat64(fixed) };
  const shape: Shape = node.shape.map((size) => (size === "batch" ? batch : size));
  const inputs = node.inputs.map((input) => values.get(input) ?? { shape: [], data: new Float64Array() });
  return { shape, data: operatorOf(node).evaluate(inputs, node.attributes, shape) };
}
