import { formatShape, sizeOf } from "../../../tensor/index.js";
import { normalizeAxis, stridesOf } from "../../../tensor/internal.js";
import { broadcastShapes } from "../../broadcast.js";
import * as build from "../../build.js";
import type { Extent, SymbolicShape } from "../../tensor-type.js";
import type { DecodeContext } from "./context.js";
import { type Count, divideCounts, formatCount, productOf } from "./count.js";
import type { DecoderTable } from "./decoder.js";
import { foldLimit, isFolded, spread, stride, type Value } from "./value.js";

/** The value under another shape of as many elements. */
function reshaped(context: DecodeContext, value: Value, shape: SymbolicShape): Value {
  if (!isFolded(value)) return build.reshape(value, shape);
  const sizes = shape.filter((extent) => extent !== "batch");
  return sizes.length === shape.length && sizeOf(sizes) === value.entries.length
    ? { ...value, shape: sizes }
    : build.reshape(context.asNode(value), shape);
}

/** 0 copies the input's extent (unless allowzero), −1 stands for what is left. */
function reshape(context: DecodeContext): Value {
  const value = context.value(0);
  const before: SymbolicShape = value.shape;
  const { entries } = context.counts(1, "shape");
  const copies = context.integer("allowzero", 0) === 0;
  const target = entries.map((entry, axis) => {
    if (entry === -1) return undefined;
    if (entry === 0 && copies) return before[axis] ?? 1;
    return context.extent(entry, "Reshape");
  });
  const total = productOf(before);
  const known = productOf(target.filter((extent) => extent !== undefined));
  const shape = target.map((extent) => extent ?? context.extent(remainder(total, known), "Reshape"));
  if (entries.length > 0 && before.includes("batch") && !shape.includes("batch")) {
    throw context.unsupported(
      `${formatShape(before)} into [${entries.map(formatCount).join(", ")}]`,
      "the batch on an axis of its own (was the model exported with a fixed batch size?)",
    );
  }
  return reshaped(context, value, shape);
}

/** total/known, when that is a whole number for every batch. */
function remainder(total: Count | undefined, known: Count | undefined): Count | undefined {
  if (total === undefined || known === undefined) return undefined;
  if (typeof total === "number" && typeof known === "number" && total % known !== 0) return undefined;
  return typeof total !== "number" && typeof known !== "number" && known.constant === 0
    ? total.perRow / known.perRow
    : divideCounts(total, known);
}

/** A matrix: the axes before `axis` become rows, the others columns. */
function flatten(context: DecodeContext): Value {
  const value = context.value(0);
  const rank = value.shape.length;
  const given = context.integer("axis", 1);
  const axis = given === rank ? rank : normalizeAxis(given, rank, "Flatten");
  const rows = context.extent(productOf(value.shape.slice(0, axis)), "Flatten");
  return reshaped(context, value, [rows, context.extent(productOf(value.shape.slice(axis)), "Flatten")]);
}

function squeeze(context: DecodeContext): Value {
  const value = context.value(0);
  const axes = context.axes(1, value.shape.length);
  const gone = (extent: Extent, axis: number): boolean => axes?.includes(axis) ?? extent === 1;
  const wrong = axes?.find((axis) => value.shape[axis] !== 1);
  if (wrong !== undefined) throw context.unsupported(formatShape(value.shape), `an axis ${wrong} of size 1`);
  return reshaped(
    context,
    value,
    value.shape.filter((extent, axis) => !gone(extent, axis)),
  );
}

function unsqueeze(context: DecodeContext): Value {
  const value = context.value(0);
  const given = context.integerList("axes") ?? context.integers(1, "axes");
  const rank = value.shape.length + given.length;
  const axes = new Set(given.map((axis) => normalizeAxis(axis, rank, "Unsqueeze")));
  const rest = value.shape.values();
  const shape = Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (rest.next().value ?? 1)));
  return reshaped(context, value, shape);
}

function transpose(context: DecodeContext): Value {
  const value = context.value(0);
  const permutation = context.integerList("perm") ?? [...value.shape.keys()].reverse();
  if (!isFolded(value)) return build.transpose(value, permutation);
  const strides = stridesOf(value.shape);
  if (new Set(permutation).size !== strides.length || permutation.some((axis) => !(axis in strides)))
    throw context.unsupported(`permutation [${permutation}]`, `one of ${strides.length} axes`);
  return stride(
    value,
    permutation.map((axis) => value.shape[axis] ?? 1),
    permutation.map((axis) => strides[axis] ?? 0),
  );
}

/** Broadcasts both ways: an extent of 1 in the target keeps the input's. */
function expand(context: DecodeContext): Value {
  const value = context.value(0);
  const target = context.counts(1, "shape").entries.map((entry) => context.extent(entry, "Expand"));
  return repeated(context, value, broadcastShapes([value.shape, target], "Expand"));
}

function repeated(context: DecodeContext, value: Value, shape: SymbolicShape): Value {
  const sizes = shape.filter((extent) => extent !== "batch");
  if (isFolded(value) && sizes.length === shape.length && sizeOf(sizes) <= foldLimit)
    return spread(value, sizes);
  return build.expand(context.asNode(value), shape, context.batchSource);
}

/** Copies behind each other: an axis of size n becomes [repeats, n], then one axis again. */
function tile(context: DecodeContext): Value {
  const { entries } = context.counts(1, "repeats");
  return entries.reduce<Value>((value, repeats, axis) => {
    const size = value.shape[axis];
    if (repeats === 1 || size === undefined) return value;
    const [before, after] = [value.shape.slice(0, axis), value.shape.slice(axis + 1)];
    const times = context.extent(repeats, "Tile");
    const wide = [...before, times, size, ...after];
    const total = context.extent(productOf([times, size]), "Tile");
    const split = reshaped(context, value, [...before, 1, size, ...after]);
    return reshaped(context, repeated(context, split, wide), [...before, total, ...after]);
  }, context.value(0));
}

/** Training-time noise is absent at inference. */
function dropout(context: DecodeContext): Value {
  const training = context.optional(2) === undefined ? [0] : context.integers(2, "training_mode");
  if (training[0] === 0) return context.value(0);
  throw context.unsupported("training mode", "a model exported for inference: call model.eval() first");
}

/** Another shape for the same elements, and repetition. */
export const movementDecoders: DecoderTable = {
  Identity: { inputs: [1, 1], decode: (context) => context.value(0) },
  Dropout: { inputs: [1, 3], decode: dropout },
  Reshape: { inputs: [2, 2], decode: reshape },
  Flatten: { inputs: [1, 1], decode: flatten },
  Squeeze: { inputs: [1, 2], decode: squeeze },
  Unsqueeze: { inputs: [1, 2], decode: unsqueeze },
  Transpose: { inputs: [1, 1], decode: transpose },
  Expand: { inputs: [2, 2], decode: expand },
  Tile: { inputs: [2, 2], decode: tile },
};
