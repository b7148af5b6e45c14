import { fail, formatShape, sizeOf } from "../../../tensor/index.js";
import { normalizeAxis, stridesOf } from "../../../tensor/internal.js";
import * as build from "../../build.js";
import type { SymbolicShape } from "../../tensor-type.js";
import { freedShapes, freedSizes, writtenBatch } from "./any-batch.js";
import type { DecodeContext } from "./context.js";
import { type Count, divideCounts, extentOf, formatCount, sameCount } from "./count.js";
import type { DecoderTable } from "./decoder.js";
import { countsOf, type Data, expandTo, isPacked, pack, productOfCounts, rankOf, repack } from "./packed.js";
import { transposePacked } from "./packed-product.js";
import { foldLimit, isFolded, spread, stride, type Value } from "./value.js";

const formatCounts = (counts: readonly Count[]): string => `[${counts.map(formatCount).join(", ")}]`;

/** Sizes that plain data can have; undefined where one is none. */
function extentsOf(counts: readonly Count[]): SymbolicShape | undefined {
  const extents = counts.map(extentOf).filter((extent) => extent !== undefined);
  return extents.length === counts.length ? extents : undefined;
}

/** The data under another shape of as many elements. */
export function reshaped(context: DecodeContext, data: Data, counts: readonly Count[]): Data {
  if (!isPacked(data) && isFolded(data)) return reshapedValue(context, data, counts);
  const rows = repack(data, counts);
  if (rows !== undefined) return rows;
  if (!isPacked(data)) return reshapedValue(context, data, counts);
  throw context.unsupported(
    `${formatCounts(countsOf(data))} into ${formatCounts(counts)}`,
    "rows of different samples that stay apart",
    "sizes that Python computes (int(), //, .item()) are those of the example's batch: take them from z.shape[0], write −1, or export with a fixed batch",
  );
}

export function reshapedValue(context: DecodeContext, value: Value, counts: readonly Count[]): Value {
  const shape = extentsOf(counts) ?? counts.map((count) => context.extent(count, context.call.opType));
  if (!isFolded(value)) return build.reshape(value, shape);
  const sizes = shape.filter((extent) => extent !== "batch");
  return sizes.length === shape.length && sizeOf(sizes) === value.entries.length
    ? { ...value, shape: sizes }
    : build.reshape(context.asNode(value), shape);
}

/** 0 copies the input's extent (unless allowzero), −1 stands for what is left. */
function reshape(context: DecodeContext): Data {
  const value = context.any(0);
  const before = countsOf(value);
  const { entries } = context.counts(1, "shape");
  const copies = context.integer("allowzero", 0) === 0;
  const target = entries.map((entry, axis) => {
    if (entry === -1) return undefined;
    if (entry === 0 && copies) return before[axis] ?? 1;
    return entry;
  });
  const total = productOfCounts(before);
  const rows = freedRows(context, value, target, total);
  if (rows !== undefined) return rows;
  const known = productOfCounts(target.filter((count) => count !== undefined));
  const shape = target.map((count) => count ?? remainder(total, known));
  if (!shape.every((count) => count !== undefined)) throw noSize(before, entries);
  const isDynamic = (count: Count): boolean => typeof count !== "number";
  if (entries.length > 0 && before.some(isDynamic) && !shape.some(isDynamic)) {
    throw context.unsupported(
      `${formatCounts(before)} into ${formatCounts(entries)}`,
      "the batch on an axis of its own (was the model exported with a fixed batch size?)",
    );
  }
  return reshaped(context, value, shape);
}

/** A reshape into sizes that have the batch of the export in them. */
function freedRows(
  context: DecodeContext,
  value: Data,
  target: readonly (Count | undefined)[],
  total: Count | undefined,
): Data | undefined {
  const batch = writtenBatch(context.batchSource);
  if (batch === undefined || typeof total !== "object" || total.constant !== 0) return undefined;
  const entries = target.map((count) => count ?? -1).filter((count) => typeof count === "number");
  if (entries.length !== target.length) return undefined;
  const data = isPacked(value) ? value : context.asNode(value);
  for (const counts of freedShapes(entries, total.perRow, batch)) {
    const rows = repack(data, counts);
    if (rows !== undefined) return rows;
  }
  return undefined;
}

const noSize = (before: readonly Count[], entries: readonly Count[]): Error =>
  fail("UNSUPPORTED_FIELD", {
    what: "shape",
    expected: "a last size that follows from the others",
    received: `${formatCounts(before)} into ${formatCounts(entries)}`,
  });

/** total/known, when that is a whole number for every batch. */
function remainder(total: Count | undefined, known: Count | undefined): Count | undefined {
  if (total === undefined || known === undefined) return undefined;
  if (typeof total === "number" && typeof known === "number" && total % known !== 0) return undefined;
  return typeof total !== "number" && typeof known !== "number" && known.constant === 0
    ? total.perRow / known.perRow
    : divideCounts(total, known);
}

/** A matrix: the axes before `axis` become rows, the others columns. */
function flatten(context: DecodeContext): Data {
  const value = context.any(0);
  const counts = countsOf(value);
  const rank = counts.length;
  const given = context.integer("axis", 1);
  const axis = given === rank ? rank : normalizeAxis(given, rank, "Flatten");
  const sides = [counts.slice(0, axis), counts.slice(axis)].map(productOfCounts);
  return reshaped(
    context,
    value,
    sides.map((count) => {
      if (count !== undefined) return count;
      throw context.unsupported(formatCounts(counts), "one batch axis");
    }),
  );
}

function squeeze(context: DecodeContext): Data {
  const value = context.any(0);
  const counts = countsOf(value);
  const axes = context.axes(1, counts.length);
  const gone = (count: Count, axis: number): boolean => axes?.includes(axis) ?? count === 1;
  const wrong = axes?.find((axis) => counts[axis] !== 1);
  if (wrong !== undefined) throw context.unsupported(formatCounts(counts), `an axis ${wrong} of size 1`);
  return reshaped(
    context,
    value,
    counts.filter((count, axis) => !gone(count, axis)),
  );
}

function unsqueeze(context: DecodeContext): Data {
  const value = context.any(0);
  const given = context.integerList("axes") ?? context.integers(1, "axes");
  const rank = rankOf(value) + given.length;
  const axes = new Set(given.map((axis) => normalizeAxis(axis, rank, "Unsqueeze")));
  const rest = countsOf(value).values();
  const shape = Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (rest.next().value ?? 1)));
  return reshaped(context, value, shape);
}

function transpose(context: DecodeContext): Data {
  const value = context.any(0);
  const rank = rankOf(value);
  const given = context.integerList("perm") ?? [...Array(rank).keys()].reverse();
  // PyTorch's older exporter writes negative axes for moveaxis(-1, -2), against the standard.
  const permutation = given.map((axis) => (axis < 0 ? axis + rank : axis));
  if (new Set(permutation).size !== rank || permutation.some((axis) => !(axis >= 0 && axis < rank)))
    throw context.unsupported(`permutation [${given}]`, `one of ${rank} axes`);
  if (isPacked(value)) return transposePacked(value, permutation);
  if (!isFolded(value)) return build.transpose(value, permutation);
  const strides = stridesOf(value.shape);
  return stride(
    value,
    permutation.map((axis) => value.shape[axis] ?? 1),
    permutation.map((axis) => strides[axis] ?? 0),
  );
}

/** Broadcasts both ways: an extent of 1 in the target keeps the input's. */
function expand(context: DecodeContext): Data {
  const given = context.any(0);
  const wanted = freedSizes(context.counts(1, "shape").entries, context.batchSource);
  const fits = wanted.every((count, axis) => {
    const size = countsOf(given)[axis - wanted.length + rankOf(given)] ?? 1;
    return size === 1 || count === 1 || sameCount(size, count);
  });
  const data = isPacked(given) || fits ? given : context.asNode(given);
  const own = countsOf(data);
  const rank = Math.max(own.length, wanted.length);
  const target = Array.from({ length: rank }, (_, axis) => {
    const before = own[axis - rank + own.length] ?? 1;
    const after = wanted[axis - rank + wanted.length] ?? 1;
    if (before === 1 || after === 1 || sameCount(before, after)) return before === 1 ? after : before;
    throw context.unsupported(
      `${formatCounts(own)} to ${formatCounts(wanted)}`,
      "shapes that broadcast together",
    );
  });
  return repeated(context, data, target);
}

/** Repeats along axes of size 1 and new ones. */
function repeated(context: DecodeContext, data: Data, counts: readonly Count[]): Data {
  if (isPacked(data)) return repeatedPacked(context, data, counts);
  const extents = extentsOf(counts);
  if (extents !== undefined) return repeatedValue(context, data, extents);
  const rows = expandTo(context.asNode(data), counts, context.batchSource);
  if (rows !== undefined) return rows;
  throw context.unsupported(`${formatShape(data.shape)} to ${formatCounts(counts)}`, "one axis of the batch");
}

function repeatedPacked(context: DecodeContext, data: Exclude<Data, Value>, counts: readonly Count[]): Data {
  const lead = counts.length - rankOf(data);
  const axis = data.axis + lead;
  const rows = data.packed.shape.slice(data.axis, data.axis + 3);
  const shape = extentsOf([...counts.slice(0, axis), ...counts.slice(axis + 1)]);
  if (shape === undefined) throw context.unsupported(formatCounts(counts), "one axis of the batch");
  const whole = [...shape.slice(0, axis), ...rows, ...shape.slice(axis)];
  return pack(build.expand(data.packed, whole, context.batchSource), axis);
}

function repeatedValue(context: DecodeContext, value: Value, shape: SymbolicShape): Value {
  const sizes = shape.filter((extent) => extent !== "batch");
  if (isFolded(value) && sizes.length === shape.length && sizeOf(sizes) <= foldLimit)
    return spread(value, sizes);
  return build.expand(context.asNode(value), shape, context.batchSource);
}

/** Copies behind each other: an axis of size n becomes [repeats, n], then one axis again. */
function tile(context: DecodeContext): Data {
  const written = context.counts(1, "repeats").entries;
  const isFixed = countsOf(context.any(0)).every((count) => typeof count === "number");
  const entries = isFixed ? freedSizes(written, context.batchSource) : written;
  return entries.reduce<Data>((value, times, axis) => {
    const counts = countsOf(value);
    const size = counts[axis];
    if (times === 1 || size === undefined) return value;
    const [before, after] = [counts.slice(0, axis), counts.slice(axis + 1)];
    const total = productOfCounts([times, size]);
    if (total === undefined)
      throw context.unsupported(`${formatCount(times)} times the batch`, "fixed repeats");
    const split = reshaped(context, value, [...before, 1, size, ...after]);
    return reshaped(context, repeated(context, split, [...before, times, size, ...after]), [
      ...before,
      total,
      ...after,
    ]);
  }, context.any(0));
}

/** Training-time noise is absent at inference. */
function dropout(context: DecodeContext): Data {
  const training = context.optional(2) === undefined ? [0] : context.integers(2, "training_mode");
  if (training[0] === 0) return context.any(0);
  throw context.unsupported("training mode", "a model exported for inference: call model.eval() first");
}

/** Another shape for the same elements, and repetition. */
export const movementDecoders: DecoderTable = {
  Identity: { inputs: [1, 1], rows: "own", decode: (context) => context.any(0) },
  Dropout: { inputs: [1, 3], rows: "own", decode: dropout },
  Reshape: { inputs: [2, 2], rows: "own", decode: reshape },
  Flatten: { inputs: [1, 1], rows: "own", decode: flatten },
  Squeeze: { inputs: [1, 2], rows: "own", decode: squeeze },
  Unsqueeze: { inputs: [1, 2], rows: "own", decode: unsqueeze },
  Transpose: { inputs: [1, 1], rows: "own", decode: transpose },
  Expand: { inputs: [2, 2], rows: "own", decode: expand },
  Tile: { inputs: [2, 2], rows: "own", decode: tile },
};
