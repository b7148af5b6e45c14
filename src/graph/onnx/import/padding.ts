import { formatShape } from "../../../tensor/index.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { fixedSize } from "./along-axis.js";
import { requireListable } from "./budget.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";

/**
 * Padding by a value, which, other than zero, is padded as (x − v) with zeros, plus v; or by
 * elements of x. Negative widths cut.
 */
function pad(context: DecodeContext): Node {
  const x = context.node(0);
  const mode = context.text("mode", "constant");
  const rank = x.shape.length;
  const axes = context.axes(3, rank) ?? [...x.shape.keys()];
  const widths = context.integerList("pads") ?? context.integers(1, "pads");
  if (widths.length !== 2 * axes.length)
    throw context.unsupported(`${widths.length} widths`, `${2 * axes.length} for ${formatShape(x.shape)}`);
  if (mode !== "constant") return repeatedEdges(context, x, axes, widths, mode);
  const fill = context.optional(2) === undefined ? [context.float("value", 0)] : context.integers(2, "value");
  const value = fill[0] ?? 0;
  const shifted = value === 0 ? x : build.sub(x, value);
  const padded = axes.reduce((current, axis, i) => {
    const before = widths[i] ?? 0;
    const after = widths[axes.length + i] ?? 0;
    if (before === 0 && after === 0) return current;
    if (current.shape[axis] === "batch") throw context.tearing("padding of the batch");
    const cut = build.slice(
      current,
      axis,
      Math.max(0, -before),
      Number(current.shape[axis]) - Math.max(0, -after),
    );
    return build.pad(cut, axis, Math.max(0, before), Math.max(0, after));
  }, shifted);
  return value === 0 ? padded : build.add(padded, value);
}

/** What stands at a position outside of 0 to size − 1. */
const sources: ReadonlyMap<string, (position: number, size: number) => number> = new Map([
  ["edge", (position, size) => Math.min(Math.max(position, 0), size - 1)],
  ["wrap", (position, size) => ((position % size) + size) % size],
  ["reflect", mirrored],
]);

/** Back and forth between the ends, which are not repeated. */
function mirrored(position: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const offset = ((position % period) + period) % period;
  return Math.min(offset, period - offset);
}

function repeatedEdges(
  context: DecodeContext,
  x: Node,
  axes: readonly number[],
  widths: readonly number[],
  mode: string,
): Node {
  const source = sources.get(mode);
  if (source === undefined) throw context.unsupported(`mode ${mode}`, "constant, edge, reflect or wrap");
  return axes.reduce((current, axis, i) => {
    const [before, after] = [widths[i] ?? 0, widths[axes.length + i] ?? 0];
    if (before === 0 && after === 0) return current;
    const size = fixedSize(context, current, axis);
    const total = size + before + after;
    requireListable(Math.max(0, total), "padding");
    const positions = Array.from({ length: Math.max(0, total) }, (_, to) => source(to - before, size));
    return build.gather(current, axis, positions);
  }, x);
}

/** Tensors with more around them. */
export const paddingDecoders: DecoderTable = {
  Pad: { inputs: [1, 4], rows: "images", decode: pad },
};
