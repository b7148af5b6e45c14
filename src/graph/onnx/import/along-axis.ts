import { formatShape, fromNumbers } from "../../../tensor/index.js";
import { normalizeAxis } from "../../../tensor/internal.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { requireListable } from "./budget.js";
import type { DecodeContext } from "./context.js";

/** A matrix [inputs, outputs] by its entries. */
export interface AxisMatrix {
  readonly inputs: number;
  readonly outputs: number;
  readonly entry: (input: number, output: number) => number;
}

/** A fixed linear map along one axis: a product from the right with that axis as the last one. */
export function alongAxis(x: Node, axis: number, { inputs, outputs, entry }: AxisMatrix): Node {
  requireListable(inputs * outputs, "a map along an axis");
  const values = Array.from({ length: inputs * outputs }, (_, i) =>
    entry(Math.floor(i / outputs), i % outputs),
  );
  const matrix = build.constant(fromNumbers(values, [inputs, outputs], x.dtype));
  const rank = x.shape.length;
  if (rank === 1) return build.reshape(build.matmul(build.reshape(x, [1, inputs]), matrix), [outputs]);
  const order = [...Array(rank).keys()].filter((other) => other !== axis);
  const last = [...order, axis];
  const product = build.matmul(build.transpose(x, last), matrix);
  return build.transpose(
    product,
    [...last.keys()].map((position) => last.indexOf(position)),
  );
}

/** The size of an axis that has to be fixed. */
export function fixedSize(context: DecodeContext, x: Node, axis: number): number {
  const size = x.shape[normalizeAxis(axis, x.shape.length, context.call.opType)];
  if (typeof size === "number") return size;
  throw context.unsupported(`axis ${axis} of ${formatShape(x.shape)}`, "an axis of fixed size");
}
