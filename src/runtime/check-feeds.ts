import type { Graph } from "../graph/index.js";
import { resolveBatch } from "../graph/internal.js";
import { fail } from "../tensor/index.js";
import type { NamedTensors } from "./program.js";

/**
 * Checks names, shapes and element types of what a program is given.
 * @returns rows of the batch.
 * @throws MISSING_INPUT, SHAPE_MISMATCH, DTYPE_MISMATCH.
 */
export function checkFeeds(graph: Graph, feeds: NamedTensors): number {
  const rows = resolveBatch(graph, feeds);
  for (const [name, node] of Object.entries(graph.inputs)) {
    const received = feeds[name]?.dtype;
    if (received !== node.dtype) {
      throw fail("DTYPE_MISMATCH", {
        what: `input "${name}"`,
        expected: node.dtype,
        received: String(received),
        help: "convert with cast(tensor, dtype)",
      });
    }
  }
  return rows;
}
