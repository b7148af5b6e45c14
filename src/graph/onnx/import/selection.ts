import { formatShape, sizeOf } from "../../../tensor/index.js";
import { normalizeAxis, stridesOf } from "../../../tensor/internal.js";
import * as build from "../../build.js";
import { oneHot } from "../../compose.js";
import type { Node } from "../../node.js";
import { requireListable } from "./budget.js";
import type { DecodeContext } from "./context.js";
import {
  addCounts,
  batchCount,
  type Count,
  divideCounts,
  formatCount,
  multiplyCounts,
  sameCount,
} from "./count.js";
import type { DecoderTable } from "./decoder.js";
import { countsOf, type Data, isPacked, nodeAxis, pack, rankOf } from "./packed.js";
import { concatPacked, partOfRows } from "./packed-parts.js";
import { type Folded, foldLimit, isFolded, knownValue, stride, type Value } from "./value.js";

/** Indices have to be known while importing; a scalar index drops the axis. */
function gather(context: DecodeContext): Value {
  const value = context.value(0);
  const { shape } = value;
  const axis = context.axis(shape.length, 0);
  const asked = context.value(1);
  if (knownValue(asked) === undefined)
    return lookUp(context, context.asNode(value), axis, context.asNode(asked));
  const picks = context.counts(1, "indices");
  const size = Number(shape[axis]);
  const indices = picks.entries.map((entry) => {
    const index = context.fixed(entry, "indices");
    return index < 0 ? index + size : index;
  });
  if (isFolded(value) && shape.length === 1) {
    if (indices.some((index) => !(index >= 0 && index < size)))
      throw context.unsupported(`indices [${indices}]`, `indices below ${size}`);
    return { dtype: value.dtype, shape: picks.shape, entries: indices.map((i) => value.entries[i] ?? 0) };
  }
  const picked = pick(context.asNode(value), axis, indices);
  return build.reshape(picked, [...shape.slice(0, axis), ...picks.shape, ...shape.slice(axis + 1)]);
}

/**
 * Rows of a table by integers from data, such as the labels that an embedding takes: the product of one-hot rows with the
 * table, which the table's derivative follows from. Negative integers count from the end.
 */
function lookUp(context: DecodeContext, table: Node, axis: number, labels: Node): Node {
  const [size, ...rest] = table.shape;
  if (axis !== 0 || typeof size !== "number" || rest.includes("batch") || size > foldLimit)
    throw context.unsupported(
      `indices that depend on data into ${formatShape(table.shape)}`,
      "rows of a table",
    );
  const width = sizeOf(rest.map(Number));
  const fromStart = build.where(build.less(labels, 0), build.add(labels, size), labels);
  const chosen = oneHot(fromStart, size, table.dtype);
  const matrix = chosen.shape.length === 1 ? build.reshape(chosen, [1, size]) : chosen;
  return build.reshape(build.matmul(matrix, build.reshape(table, [size, width])), [...labels.shape, ...rest]);
}

/** Neighbors in order are a slice, which is cheaper than a gather. */
function pick(x: Node, axis: number, indices: readonly number[]): Node {
  const [first] = indices;
  const inOrder = first !== undefined && first >= 0 && indices.every((index, i) => index === first + i);
  return inOrder && x.shape[axis] !== "batch"
    ? build.slice(x, axis, first, first + indices.length)
    : build.gather(x, axis, indices);
}

interface Range {
  readonly axis: number;
  readonly start: Count;
  readonly end: Count;
  readonly step: number;
}

/** Bounds are inputs since opset 10, attributes before. */
function ranges(context: DecodeContext, rank: number): Range[] {
  const bounds = (name: "starts" | "ends", i: number): readonly Count[] =>
    context.integerList(name) ?? context.counts(i, name).entries;
  const ends = bounds("ends", 2);
  const axes = context.axes(3, rank);
  const steps = context.optional(4) === undefined ? undefined : context.integers(4, "steps");
  return bounds("starts", 1).map((start, i) => ({
    axis: axes === undefined ? i : (axes[i] ?? 0),
    start,
    end: ends[i] ?? 0,
    step: steps?.[i] ?? 1,
  }));
}

function slice(context: DecodeContext): Data {
  const data = context.any(0);
  return ranges(context, rankOf(data)).reduce<Data>((current, range) => part(context, current, range), data);
}

function part(context: DecodeContext, data: Data, range: Range): Data {
  if (!isPacked(data))
    return isFolded(data) ? sliceFolded(context, data, range) : sliceNode(context, data, range);
  if (range.axis === data.axis) {
    if (range.step !== 1) throw context.unsupported(`step ${range.step} over the batch`, "step 1");
    return partOfRows(context, data, range.start, range.end);
  }
  const node = sliceNode(context, data.packed, { ...range, axis: nodeAxis(data, range.axis) });
  return pack(node, node.shape.indexOf("batch") - 1);
}

function sliceNode(context: DecodeContext, x: Node, { axis, start, end, step }: Range): Node {
  const size = x.shape[axis];
  if (size === "batch") {
    if (step !== 1) throw context.unsupported(`step ${step} over the batch`, "whole batches");
    const toEnd = typeof end === "number" ? end > 2 ** 31 - 2 : sameCount(end, batchCount);
    if (start === 0 && toEnd) return x;
    throw context.unsupported("a part of the batch", "whole batches");
  }
  const extent = size ?? 0;
  if (step !== 1) {
    const { first, count } = steps(context, { axis, start, end, step }, extent);
    requireListable(count, "positions");
    return build.gather(
      x,
      axis,
      Array.from({ length: count }, (_, i) => first + i * step),
    );
  }
  const from = position(context.fixed(start, "starts"), extent);
  return build.slice(x, axis, from, Math.max(from, position(context.fixed(end, "ends"), extent)));
}

/** A position from 0 to size: negative ones count from the end. */
const position = (index: number, size: number): number =>
  Math.min(Math.max(index < 0 ? index + size : index, 0), size);

/** The first position of a stepping range, and how many there are; steps may go backwards. */
function steps(
  context: DecodeContext,
  range: Range,
  size: number,
): { readonly first: number; readonly count: number } {
  const { step } = range;
  if (step === 0) throw context.unsupported("step 0", "another step");
  const start = context.fixed(range.start, "starts");
  const end = context.fixed(range.end, "ends");
  const last = size - 1;
  const first = step > 0 ? position(start, size) : Math.min(start < 0 ? start + size : start, last);
  const to = step > 0 ? position(end, size) : Math.max(end < 0 ? end + size : end, -1);
  return { first, count: Math.max(0, Math.ceil((to - first) / step)) };
}

function sliceFolded(context: DecodeContext, value: Folded, range: Range): Value {
  const { axis, step } = range;
  const { first, count } = steps(context, range, value.shape[axis] ?? 0);
  const strides = stridesOf(value.shape);
  return stride(
    value,
    value.shape.map((extent, i) => (i === axis ? count : extent)),
    strides.map((skip, i) => (i === axis ? skip * step : skip)),
    first * (strides[axis] ?? 0),
  );
}

/** Sizes are given (attribute or input, by opset), or equal parts, the last one perhaps smaller. */
function split(context: DecodeContext): Data[] {
  const value = context.any(0);
  const counts = countsOf(value);
  const axis = context.axis(counts.length, 0);
  const size = counts[axis] ?? 0;
  const given =
    context.integerList("split") ??
    (context.optional(1) === undefined ? undefined : context.counts(1, "split").entries);
  const parts = given ?? equalParts(context, size, context.call.outputs.length);
  const total = parts.reduce<Count>((sum, count) => addCounts(sum, count), 0);
  if (!sameCount(total, size)) {
    throw context.unsupported(
      `parts of ${parts.map(formatCount).join(" + ")}`,
      `parts that add up to ${formatCount(size)}`,
    );
  }
  let start: Count = 0;
  return parts.map((count) => {
    const end = addCounts(start, count);
    const range = { axis, start, end, step: 1 };
    start = end;
    return part(context, value, range);
  });
}

function equalParts(context: DecodeContext, size: Count, count: number): Count[] {
  if (typeof size !== "number") {
    const equal = divideCounts(size, count);
    if (equal === undefined || !sameCount(multiplyCounts(equal, count) ?? 0, size))
      throw context.unsupported(`${count} parts of ${formatCount(size)} rows`, "equal parts");
    return new Array<Count>(count).fill(equal);
  }
  const part = Math.ceil(size / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, size - i * part)));
}

function concat(context: DecodeContext): Data {
  const parts = context.all();
  const axis = normalizeAxis(context.integer("axis", 0), rankOf(parts[0] ?? context.any(0)), "Concat");
  if (parts.some((data) => typeof countsOf(data)[axis] === "object" || isPacked(data)))
    return concatPacked(context, parts, axis);
  const values = context.values();
  const folded = values.filter(isFolded);
  const [first] = folded;
  if (first !== undefined && folded.length === values.length && first.shape.length === 1) {
    const entries = folded.flatMap((part) => part.entries);
    return { dtype: first.dtype, shape: [entries.length], entries };
  }
  return build.concat(context.nodes(), axis);
}

/** Constant padding; a value v other than zero is padded as (x − v) with zeros, plus v. Negative widths cut. */
function pad(context: DecodeContext): Node {
  const x = context.node(0);
  const mode = context.text("mode", "constant");
  if (mode !== "constant") throw context.unsupported(`mode ${mode}`, "mode constant");
  const rank = x.shape.length;
  const axes = context.axes(3, rank) ?? [...x.shape.keys()];
  const widths = context.integerList("pads") ?? context.integers(1, "pads");
  if (widths.length !== 2 * axes.length)
    throw context.unsupported(`${widths.length} widths`, `${2 * axes.length} for ${formatShape(x.shape)}`);
  const fill = context.optional(2) === undefined ? [context.float("value", 0)] : context.integers(2, "value");
  const value = fill[0] ?? 0;
  const shifted = value === 0 ? x : build.sub(x, value);
  const padded = axes.reduce((current, axis, i) => {
    const before = widths[i] ?? 0;
    const after = widths[axes.length + i] ?? 0;
    if (before === 0 && after === 0) return current;
    if (current.shape[axis] === "batch") throw context.unsupported("padding of the batch", "whole batches");
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

/** Parts of tensors, and tensors from parts. */
export const selectionDecoders: DecoderTable = {
  Gather: { inputs: [2, 2], rows: "axes", decode: gather },
  Slice: { inputs: [1, 5], rows: "own", decode: slice },
  Split: { inputs: [1, 2], rows: "own", decode: split },
  Concat: { inputs: [1, Number.POSITIVE_INFINITY], rows: "own", decode: concat },
  Pad: { inputs: [1, 4], rows: "images", decode: pad },
};
