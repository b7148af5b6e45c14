import * as build from "../../build.js";
import { oneHot } from "../../compose.js";
import type { Node } from "../../node.js";
import { fixedSize } from "./along-axis.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";
import { fromStart } from "./places.js";

const withLast = (x: Node, axis: number, make: (x: Node) => Node): Node => {
  const order = [...[...x.shape.keys()].filter((other) => other !== axis), axis];
  return build.transpose(
    make(build.transpose(x, order)),
    order.map((_, position) => order.indexOf(position)),
  );
};

/** The k largest or smallest elements along an axis, and where they are; torch.sort is one of all elements. */
function top(context: DecodeContext): Node[] {
  const x = context.node(0);
  const axis = context.axis(x.shape.length, -1);
  fixedSize(context, x, axis);
  const count = context.has("k") ? context.integer("k", 1) : (context.integers(1, "k")[0] ?? 1);
  const largest = context.integer("largest", 1) !== 0;
  const values = withLast(x, axis, (last) =>
    build.gatherElements(last, build.topPositions(last, count, largest)),
  );
  return [values, withLast(x, axis, (last) => build.topPositions(last, count, largest))];
}

/** The position of the extreme element; among equal ones the first, unless the node asks for the last. */
const extreme =
  (largest: boolean) =>
  (context: DecodeContext): Node => {
    const x = context.node(0);
    const axis = context.axis(x.shape.length, 0);
    fixedSize(context, x, axis);
    if (context.integer("select_last_index", 0) !== 0) throw context.unsupported("select_last_index 1", "0");
    const position = withLast(x, axis, (last) => build.topPositions(last, 1, largest));
    if (context.integer("keepdims", 1) !== 0) return position;
    return build.reshape(
      position,
      position.shape.filter((_, other) => other !== axis),
    );
  };

/** Off and on values by label, along a new axis. */
function hot(context: DecodeContext): Node {
  const labels = context.node(0);
  const [depth = 0] = context.integers(1, "depth");
  const values = context.node(2);
  const rank = labels.shape.length;
  const given = context.integer("axis", -1);
  const axis = given < 0 ? given + rank + 1 : given;
  const whole = labels.dtype === "int64" ? labels : build.cast(labels, "int64");
  const chosen = build.cast(oneHot(fromStart(whole, depth), depth), "bool");
  const [off, on] = [0, 1].map((i) => build.reshape(build.slice(values, 0, i, i + 1), []));
  const result = build.where(chosen, on ?? 1, off ?? 0);
  const order = [...Array(rank).keys()];
  return build.transpose(result, [...order.slice(0, axis), rank, ...order.slice(axis)]);
}

/** Order among elements. Positions have no derivative, values have that of the element they come from. */
export const sortingDecoders: DecoderTable = {
  TopK: { inputs: [1, 2], rows: "images", decode: top },
  ArgMax: { inputs: [1, 1], rows: "images", decode: extreme(true) },
  ArgMin: { inputs: [1, 1], rows: "images", decode: extreme(false) },
  OneHot: { inputs: [3, 3], decode: hot },
};
