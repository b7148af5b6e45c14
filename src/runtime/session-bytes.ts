import type { Graph, Node } from "../graph/index.js";
import { operatorOf, topological } from "../graph/internal.js";
import { sizeOf } from "../tensor/index.js";
import { bytesPerElement } from "../tensor/internal.js";

/**
 * About how many bytes a loaded program holds: its model, and what ONNX Runtime keeps of its largest run for the next one.
 * Large ones freed 0.5 to 2.9 times as much: ONNX Runtime shares the places of some results, and takes memory in powers of two.
 * @param modelBytes size of the ONNX model.
 * @param batch rows of the largest run; 0 for none.
 */
export const sessionBytes = (graph: Graph, modelBytes: number, batch: number): number =>
  LEAST + 2 * (modelBytes + peakBytes(graph, batch));

/** Of a session with hardly any weights, after hardly any rows. */
const LEAST = 262_144;

/**
 * Bytes that a run holds at its fullest: every result from the operator that makes it to the last that reads it, in the
 * order of `topological`. Inputs and constants are not counted.
 */
export function peakBytes({ outputs }: Graph, batch: number): number {
  const results = Object.values(outputs);
  const order = topological(results);
  const lastReader = new Map<Node, Node>();
  for (const node of order) for (const input of node.inputs) lastReader.set(input, node);
  for (const output of results) lastReader.delete(output);
  let held = 0;
  let peak = 0;
  for (const node of order) {
    held += resultBytes(node, batch);
    peak = Math.max(peak, held + columnBytes(node, batch));
    for (const input of new Set(node.inputs)) {
      if (lastReader.get(input) === node) held -= resultBytes(input, batch);
    }
  }
  return peak;
}

const concrete = ({ shape }: Node, batch: number): number[] =>
  shape.map((extent) => (extent === "batch" ? batch : extent));

const resultBytes = (node: Node, batch: number): number =>
  node.op === "input" || node.op === "constant"
    ? 0
    : sizeOf(concrete(node, batch)) * bytesPerElement[node.dtype];

/** Float64 convolutions are products with the windows as columns: those, and the pieces that they are joined from. */
function columnBytes(node: Node, batch: number): number {
  const { product, windows, macs } = operatorOf(node);
  if (!product || !windows || node.dtype !== "float64") return 0;
  const shape = concrete(node, batch);
  const elements =
    macs(
      node.inputs.map((input) => concrete(input, batch)),
      node.attributes,
      shape,
    ) / (shape[1] ?? 1);
  return 2 * elements * bytesPerElement.float64;
}
