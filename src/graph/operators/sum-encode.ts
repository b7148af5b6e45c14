import { type DType, fromNumbers, sizeOf, type Tensor } from "../../tensor/index.js";
import type { Emitter } from "../operator.js";
import type { Extent, SymbolicShape } from "../tensor-type.js";

/** A value in the ONNX model that is being written. */
interface Encoded {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: SymbolicShape;
}

/**
 * ONNX Runtime adds up one number after another: 300,000 float32 numbers lose two digits. Up to this many lose less
 * than one kernel's rounding; longer sums are made of such pieces.
 */
const LONGEST = 1024;
/** Shorter pieces are not worth a node. */
const SHORTEST = 8;

/** Σ over ascending axes: in pieces where the sum is long, and a leading sum as a product with ones. */
export function encodeSum(emitter: Emitter, x: Encoded, axes: readonly number[], keepDims: boolean): string {
  if (axes.length === 0) return x.name;
  const pieces = x.dtype === "float32" ? cutLongRuns(x.shape, axes) : undefined;
  if (pieces !== undefined)
    return sumOfPieces(emitter, x, pieces, keepDims ? withOnes(x.shape, axes) : undefined);
  if (emitter.target === "onnxruntime" && isLeading(x.shape, axes)) {
    const shape = keepDims ? withOnes(x.shape, axes) : without(x.shape, axes);
    return leadingSum(emitter, x, axes.length, shape);
  }
  return emitter.node("ReduceSum", [x.name, emitter.int64(axes)], { keepdims: Number(keepDims) });
}

const without = (shape: SymbolicShape, axes: readonly number[]): SymbolicShape =>
  shape.filter((_, axis) => !axes.includes(axis));
const withOnes = (shape: SymbolicShape, axes: readonly number[]): SymbolicShape =>
  shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));

/** A shape with long runs of reduced axes cut in two: first `inner` axes are summed, then `outer` ones. */
interface Pieces {
  readonly shape: SymbolicShape;
  readonly inner: readonly number[];
  readonly outer: readonly number[];
}

interface Run {
  readonly extents: Extent[];
  readonly reduced: boolean;
}

/** Neighboring axes that are reduced and static make one run; every other axis is one of its own. */
function runsOf(shape: SymbolicShape, axes: readonly number[]): Run[] {
  const runs: Run[] = [];
  let open: Run | undefined;
  for (const [axis, extent] of shape.entries()) {
    const reduced = axes.includes(axis);
    const joins = reduced && extent !== "batch";
    if (joins && open !== undefined) open.extents.push(extent);
    else runs.push({ extents: [extent], reduced });
    open = joins ? runs.at(-1) : undefined;
  }
  return runs;
}

/** Undefined where no sum is long, or none can be cut into equal pieces. */
function cutLongRuns(shape: SymbolicShape, axes: readonly number[]): Pieces | undefined {
  const cut: Extent[] = [];
  const inner: number[] = [];
  const outer: number[] = [];
  for (const { extents, reduced } of runsOf(shape, axes)) {
    const length = reduced && !extents.includes("batch") ? sizeOf(extents.map(Number)) : 0;
    const piece = length > LONGEST ? largestDivisor(length) : 1;
    const long = piece >= SHORTEST;
    for (const extent of long ? [length / piece] : extents) {
      if (reduced) outer.push(cut.length);
      cut.push(extent);
    }
    if (long) inner.push(cut.push(piece) - 1);
  }
  const batches = cut.filter((extent) => extent === "batch").length;
  return inner.length > 0 && batches < 2 ? { shape: cut, inner, outer } : undefined;
}

function largestDivisor(length: number): number {
  let divisor = LONGEST;
  while (length % divisor !== 0) divisor--;
  return divisor;
}

/** @param restored shape of the result where it is not simply what is left. */
function sumOfPieces(
  emitter: Emitter,
  { name, dtype }: Encoded,
  { shape, inner, outer }: Pieces,
  restored: SymbolicShape | undefined,
): string {
  const cut: Encoded = { name: reshape(emitter, name, shape), dtype, shape };
  const first = encodeSum(emitter, cut, inner, false);
  const rest = outer.map((axis) => axis - inner.filter((gone) => gone < axis).length);
  const total = encodeSum(emitter, { name: first, dtype, shape: without(shape, inner) }, rest, false);
  return restored === undefined ? total : reshape(emitter, total, restored);
}

const reshape = (emitter: Emitter, name: string, shape: SymbolicShape): string =>
  emitter.node("Reshape", [name, emitter.int64(shape.map((extent) => (extent === "batch" ? -1 : extent)))]);

/** Whether the sum runs over the first axes, static ones or the batch alone, and leaves static others. */
const isLeading = (shape: SymbolicShape, axes: readonly number[]): boolean => {
  const dynamic = shape.lastIndexOf("batch");
  const summable = dynamic === -1 || (dynamic === 0 && axes.length === 1);
  return summable && axes.length < shape.length && axes.every((axis, i) => axis === i);
};

/** A row of ones times the matrix of all else: several times faster than ReduceSum over a leading axis. */
function leadingSum(emitter: Emitter, x: Encoded, count: number, result: SymbolicShape): string {
  const rows = x.shape[0] === "batch" ? "batch" : sizeOf(x.shape.slice(0, count).map(Number));
  const columns = sizeOf(x.shape.slice(count).map(Number));
  const matrix = x.shape.length === 2 ? x.name : reshape(emitter, x.name, [rows, columns]);
  const ones = rows === "batch" ? emitter.batchOfOnes(x.dtype) : emitter.constant(filled(rows, x.dtype));
  const total = emitter.node("MatMul", [ones, matrix]);
  return result.length === 1 ? total : reshape(emitter, total, result);
}

const filled = (count: number, dtype: DType): Tensor =>
  fromNumbers(new Float32Array(count).fill(1), [count], dtype);
