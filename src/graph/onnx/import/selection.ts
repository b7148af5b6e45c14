import { fail, type Shape } from "../../../tensor/index.js";
import { normalizeAxis, stridesOf } from "../../../tensor/internal.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { writtenBatch } from "./any-batch.js";
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
import { lookUp } from "./look-up.js";
import { gatherOwnRows } from "./own-rows.js";
import { countsOf, type Data, isPacked, nodeAxis, pack, rankOf } from "./packed.js";
import { mixing } from "./packed-context.js";
import { concatPacked, partOfRows } from "./packed-parts.js";
import { valuesForRows } from "./row-numbers.js";
import { type Folded, isFolded, knownValue, stride, type Value } from "./value.js";

/** Known positions are picked, those from data looked up; a scalar index drops the axis. */
function gather(context: DecodeContext): Data {
  const [data, asked] = [context.any(0), context.any(1)];
  const axis = normalizeAxis(context.integer("axis", 0), rankOf(data), "Gather");
  if (isPacked(data) && axis === data.axis) {
    const own = gatherOwnRows(context, data, asked);
    if (own === undefined) throw mixing(data);
    return own;
  }
  if (isPacked(asked)) {
    if (isPacked(data)) throw mixing(data);
    return pack(lookUp(context, context.asNode(data), axis, asked.packed), axis + asked.axis);
  }
  if (!isPacked(data)) return gatherAlong(context, data, axis, asked);
  const result = context.asNode(gatherAlong(context, data.packed, nodeAxis(data, axis), asked));
  return pack(result, result.shape.indexOf("batch") - 1);
}

function gatherAlong(context: DecodeContext, value: Value, axis: number, asked: Value): Value {
  const { shape } = value;
  if (knownValue(asked) === undefined) {
    const fixed = isFolded(asked) ? undefined : fixedPositions(asked);
    if (fixed === undefined) return lookUp(context, context.asNode(value), axis, context.asNode(asked));
    return pickAll(context, value, axis, { shape: asked.shape.map(Number), entries: fixed });
  }
  const labels = isFolded(value) || value.shape.includes("batch") ? undefined : context.asNode(asked);
  if (labels?.shape.includes("batch")) return lookUp(context, context.asNode(value), axis, labels);
  const picks = context.counts(1, "indices");
  const entries = picks.entries.map((entry) => context.fixed(entry, "indices"));
  const size = Number(shape[axis]);
  if (!isFolded(value) || shape.length !== 1)
    return pickAll(context, value, axis, { shape: picks.shape, entries });
  const indices = entries.map((index) => (index < 0 ? index + size : index));
  if (indices.some((index) => !(index >= 0 && index < size)))
    throw context.unsupported(`indices [${indices}]`, `indices below ${size}`);
  return { dtype: value.dtype, shape: picks.shape, entries: indices.map((i) => value.entries[i] ?? 0) };
}

/** Positions that a computation without data makes, for tensors without a batch axis. */
const fixedPositions = (indices: Node): number[] | undefined => {
  const values = indices.shape.includes("batch") ? undefined : valuesForRows(indices, 1);
  return values && [...values.data];
};

function pickAll(
  context: DecodeContext,
  value: Value,
  axis: number,
  { shape, entries }: { readonly shape: Shape; readonly entries: readonly number[] },
): Value {
  const before = value.shape;
  if (before[axis] === "batch") throw pickedSamples(axis, entries);
  const size = Number(before[axis]);
  const picked = pick(
    context.asNode(value),
    axis,
    entries.map((index) => (index < 0 ? index + size : index)),
  );
  return build.reshape(picked, [...before.slice(0, axis), ...shape, ...before.slice(axis + 1)]);
}

const pickedSamples = (axis: number, entries: readonly number[]): Error =>
  fail("SHAPE_MISMATCH", {
    what: `axis ${axis}`,
    expected: "an axis of fixed size",
    received: `rows ${entries.slice(0, 8).join(", ")}${entries.length > 8 ? ", …" : ""} of the batch`,
  });

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
    if (range.step !== 1) throw context.tearing(`step ${range.step} over the batch`);
    return partOfRows(context, data, range.start, range.end);
  }
  const node = sliceNode(context, data.packed, { ...range, axis: nodeAxis(data, range.axis) });
  return pack(node, node.shape.indexOf("batch") - 1);
}

function sliceNode(context: DecodeContext, x: Node, { axis, start, end, step }: Range): Node {
  const size = x.shape[axis];
  if (size === "batch") {
    if (step !== 1) throw context.tearing(`step ${step} over the batch`);
    const toEnd = typeof end === "number" ? end > 2 ** 31 - 2 : sameCount(end, batchCount);
    if (start === 0 && toEnd) return x;
    throw context.tearing("a part of the batch");
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
  // torch.roll ends at the number of all elements.
  const isBeyond = typeof end !== "number" && end.constant >= 0 && end.perRow >= extent;
  const to = isBeyond ? extent : position(context.fixed(end, "ends"), extent);
  return build.slice(x, axis, from, Math.max(from, to));
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
  const counts = countsOf(context.any(0));
  const axis = context.axis(counts.length, 0);
  const given =
    context.integerList("split") ??
    (context.optional(1) === undefined ? undefined : context.counts(1, "split").entries);
  return partsOf(context, axis, given ?? equalParts(context, counts[axis] ?? 0, context.call.outputs.length));
}

/** The first input in parts of such sizes. */
export function partsOf(context: DecodeContext, axis: number, parts: readonly Count[]): Data[] {
  const value = context.any(0);
  const size = countsOf(value)[axis] ?? 0;
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

/** All inputs behind each other along an axis. */
export function concat(context: DecodeContext): Data {
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
  return build.concat(besideBatch(context, context.nodes(), axis), axis);
}

/** Of a file freed from its batch: what was made for that many samples lies beside what the samples bring. */
function besideBatch(context: DecodeContext, parts: readonly Node[], axis: number): readonly Node[] {
  const batch = writtenBatch(context.batchSource);
  const guide = batch === undefined ? undefined : parts.find(({ shape }) => shape.includes("batch"));
  const at = guide?.shape.indexOf("batch") ?? axis;
  if (guide === undefined || at === axis) return parts;
  return parts.map((part) =>
    part.shape[at] === 1 ? build.expand(part, part.shape.with(at, "batch"), guide) : part,
  );
}

/** Parts of tensors, and tensors from parts. */
export const selectionDecoders: DecoderTable = {
  Gather: { inputs: [2, 2], rows: "own", decode: gather },
  Slice: { inputs: [1, 5], rows: "own", decode: slice },
  Split: { inputs: [1, 2], rows: "own", decode: split },
  Concat: { inputs: [1, Number.POSITIVE_INFINITY], rows: "own", decode: concat },
};
