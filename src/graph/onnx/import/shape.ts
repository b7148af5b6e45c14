import { type DType, fail, fromNumbers, scalar, sizeOf, type Tensor } from "../../../tensor/index.js";
import * as build from "../../build.js";
import { freedSizes } from "./any-batch.js";
import type { DecodeContext } from "./context.js";
import { batchCount, formatCount, sameCount } from "./count.js";
import type { DecoderTable } from "./decoder.js";
import { countsOf, type Data, expandTo, productOfCounts } from "./packed.js";
import { rowNumbersOf } from "./row-numbers.js";
import {
  asFolded,
  foldedScalar,
  foldedVector,
  foldLimit,
  isFolded,
  type Value,
  valueOfTensor,
} from "./value.js";

/** A value is stored in one of several attributes, by type. */
function constant(context: DecodeContext): Value {
  const stored = storedConstant(context);
  if (stored !== undefined) {
    const value = valueOfTensor(stored);
    // Integers are sizes until somebody takes them for data.
    return isFolded(value) ? value : context.asNode(value);
  }
  const names = [...context.call.attributes.keys()].join(", ");
  throw context.unsupported(names || "no value", "a dense numeric value");
}

function storedConstant(context: DecodeContext): Tensor | undefined {
  const whole = context.tensor("value");
  if (whole !== undefined) return whole;
  if (context.has("value_float")) return scalar(context.float("value_float", 0));
  if (context.has("value_int")) return scalar(context.integer("value_int", 0), "int64");
  const floats = context.floatList("value_floats");
  if (floats !== undefined) return fromNumbers(floats, [floats.length]);
  const integers = context.integerList("value_ints");
  return integers && fromNumbers(integers, [integers.length], "int64");
}

/** The extents from `start` to `end` (opset 15) as a vector. */
function shape(context: DecodeContext): Value {
  const extents = countsOf(context.any(0));
  const end = context.has("end") ? context.integer("end", 0) : extents.length;
  return foldedVector(extents.slice(context.integer("start", 0), end));
}

function size(context: DecodeContext): Value {
  const total = productOfCounts(countsOf(context.any(0)));
  if (total !== undefined) return foldedScalar(total);
  throw context.unsupported("a tensor with the batch on two axes", "one batch axis");
}

/** One value repeated to a computed shape; float32 zero unless the node says otherwise. */
function constantOfShape(context: DecodeContext): Data {
  const written = context.counts(0, "shape").entries;
  const fill = context.tensor("value") ?? scalar(0);
  // A list of integers is arithmetic with sizes, as long as a shape has axes.
  const isList = fill.dtype === "int64" && written.length === 1;
  const entries = isList ? written : freedSizes(written, context.batchSource);
  const folded = asFolded(valueOfTensor(fill));
  const number = build.constant(Number(fill.data[0] ?? 0), fill.dtype);
  const rows = entries.some((entry) => typeof entry !== "number" && entry.perRow !== 1)
    ? expandTo(number, entries, context.batchSource)
    : undefined;
  if (rows !== undefined) return rows;
  const extents = entries.map((entry) => context.extent(entry, "ConstantOfShape"));
  const sizes = extents.filter((extent) => extent !== "batch");
  const small = sizes.length === extents.length && sizeOf(sizes) <= foldLimit;
  if (small && folded !== undefined && (fill.dtype === "int64" || fill.dtype === "bool")) {
    const [entry = 0] = folded.entries;
    return { dtype: fill.dtype, shape: sizes, entries: new Array(sizeOf(sizes)).fill(entry) };
  }
  return build.expand(number, extents, context.batchSource);
}

/** start, start + delta, … below limit; all known while importing, or the numbers of a batch's rows. */
function range(context: DecodeContext): Value {
  const bounds = [0, 1, 2].map((i) => context.counts(i, "Range").entries[0]);
  if (bounds[0] === 0 && bounds[2] === 1 && sameCount(bounds[1] ?? 0, batchCount) && context.batchSource)
    return rowNumbersOf(context.batchSource);
  const dynamic = bounds.find((bound) => bound !== undefined && typeof bound !== "number");
  if (dynamic !== undefined)
    throw fail("UNSUPPORTED_FIELD", {
      what: "Range",
      expected: "as many numbers as are known while importing, or one for every row of the batch",
      received: formatCount(dynamic),
      help: "nn.EmbeddingBag numbers the entries of a whole batch: nn.Embedding and a sum or mean over its axis do the same",
    });
  const [start = 0, limit = 0, delta = 1] = [0, 1, 2].flatMap((i) => context.integers(i, "Range"));
  const length = Math.max(0, Math.ceil((limit - start) / delta));
  if (!(length <= foldLimit)) {
    throw fail("UNSUPPORTED_FIELD", {
      what: "Range",
      expected: `at most ${foldLimit} numbers`,
      received: String(length),
    });
  }
  const dtype: DType = context.value(0).dtype;
  const values = Array.from({ length }, (_, i) => start + i * delta);
  return valueOfTensor(fromNumbers(values, [length], dtype));
}

/** Constants and shape computations. */
export const shapeDecoders: DecoderTable = {
  Constant: { inputs: [0, 0], decode: constant },
  Shape: { inputs: [1, 1], rows: "own", decode: shape },
  Size: { inputs: [1, 1], rows: "own", decode: size },
  ConstantOfShape: { inputs: [1, 1], rows: "own", decode: constantOfShape },
  Range: { inputs: [3, 3], decode: range },
};
