import { formatShape, sizeOf } from "../../../tensor/index.js";
import * as build from "../../build.js";
import { oneHot } from "../../compose.js";
import type { Node } from "../../node.js";
import type { DecodeContext } from "./context.js";
import { fromStart } from "./places.js";
import { foldLimit } from "./value.js";

/**
 * Parts of a tensor along an axis by integers from data, such as the labels that an embedding takes: the product with
 * one-hot rows, which derivatives follow from. Negative integers count from the end.
 */
export function lookUp(context: DecodeContext, x: Node, axis: number, labels: Node): Node {
  const size = x.shape[axis];
  const perSample = x.shape.includes("batch");
  if (typeof size !== "number" || size > foldLimit || (perSample && labels.shape.includes("batch")))
    throw context.unsupported(
      `indices ${formatShape(labels.shape)} that depend on data into axis ${axis} of ${formatShape(x.shape)}`,
      perSample ? "the same indices for all samples" : "rows of a table",
    );
  const order = [axis, ...x.shape.keys()].filter((other, i) => i === 0 || other !== axis);
  const chosen = oneHot(fromStart(labels, size), size, x.dtype);
  const picked = perSample ? fromSamples(x, axis, chosen) : fromTable(build.transpose(x, order), chosen);
  const lead = perSample ? x.shape.length - 1 : 0;
  return placed(picked, { axis, lead, rank: labels.shape.length, others: x.shape.length - 1 });
}

/** Rows of a table [size, …] -> [labels…, …]. */
function fromTable(table: Node, chosen: Node): Node {
  const [size = 1, ...rest] = table.shape.map(Number);
  const labels = chosen.shape.slice(0, -1);
  const matrix = labels.length === 0 ? build.reshape(chosen, [1, size]) : chosen;
  return build.reshape(build.matmul(matrix, build.reshape(table, [size, sizeOf(rest)])), [
    ...labels,
    ...rest,
  ]);
}

/** The same labels for all samples: x [batch, …] -> [batch, others…, labels…]. */
function fromSamples(x: Node, axis: number, chosen: Node): Node {
  const labels = chosen.shape.slice(0, -1).map(Number);
  const size = Number(x.shape[axis]);
  const others = [...x.shape.keys()].filter((other) => other !== axis);
  const last = build.transpose(x, [...others, axis]);
  const matrix = build.transpose(build.reshape(chosen, [sizeOf(labels), size]));
  const rows = last.shape.length === 1 ? build.reshape(last, [1, ...last.shape]) : last;
  return build.reshape(build.matmul(rows, matrix), [
    ...others.map((other) => x.shape[other] ?? 1),
    ...labels,
  ]);
}

/** Axes of the labels from where the product has them to where the indexed axis was. */
function placed(
  picked: Node,
  { axis, lead, rank, others }: Readonly<Record<"axis" | "lead" | "rank" | "others", number>>,
): Node {
  const labels = Array.from({ length: rank }, (_, i) => lead + i);
  const rest = Array.from({ length: others }, (_, i) => (lead === 0 ? rank + i : i));
  const order = [...rest.slice(0, axis), ...labels, ...rest.slice(axis)];
  return order.every((position, i) => position === i) ? picked : build.transpose(picked, order);
}
