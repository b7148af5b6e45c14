import { allocate, type DataOf, type DType, isFloat } from "./dtype.js";
import { fail } from "./errors.js";
import { formatShape, type Shape, sizeOf } from "./shape.js";

/** A concrete array: element type, shape, and row-major data. The data may be shared; treat it as read-only. */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
  readonly data: DataOf[D];
}

/**
 * Wraps row-major data without copying.
 * @throws SHAPE_MISMATCH when the number of elements differs from the shape's.
 */
export function tensor<D extends DType>(dtype: D, shape: Shape, data: DataOf[D]): Tensor<D> {
  if (data.length === sizeOf(shape)) return { dtype, shape, data };
  throw fail("SHAPE_MISMATCH", {
    what: "tensor",
    expected: `${sizeOf(shape)} elements for shape ${formatShape(shape)}`,
    received: `${data.length} elements`,
  });
}

const largestInteger = 2n ** 63n - 1n;
const smallestInteger = -(2n ** 63n);

/** Integers toward zero, numbers beyond int64 as its ends: 2^63 − 1 survives the way through a number. NaN is the lowest. */
function nearestInteger(value: number): bigint {
  if (value >= 2 ** 63) return largestInteger;
  return value > -(2 ** 63) ? BigInt(Math.trunc(value)) : smallestInteger;
}

/** Float tensor from plain numbers, rounded to `dtype`. */
export function fromNumbers(values: ArrayLike<number>, shape: Shape, dtype: DType = "float32"): Tensor {
  const data = allocate(dtype, values.length);
  if (data instanceof BigInt64Array)
    for (let i = 0; i < values.length; i++) data[i] = nearestInteger(values[i] ?? 0);
  else data.set(values);
  return tensor(dtype, shape, data);
}

/** A rank-0 tensor. */
export function scalar(value: number, dtype: DType = "float32"): Tensor {
  return fromNumbers([value], [], dtype);
}

/** A tensor of zeros (false, for `bool`). */
export function zeros<D extends DType>(shape: Shape, dtype: D): Tensor<D> {
  return tensor(dtype, shape, allocate(dtype, sizeOf(shape)));
}

/** The elements as float64 numbers, whatever the storage. Shares memory when it already is float64. */
export function toFloat64(value: Tensor): Float64Array {
  const { data } = value;
  if (data instanceof Float64Array) return data;
  if (data instanceof BigInt64Array) return Float64Array.from(data, Number);
  return new Float64Array(data);
}

/** Converts the element type; returns the same tensor when nothing changes. */
export function cast(value: Tensor, dtype: DType): Tensor {
  return value.dtype === dtype ? value : fromNumbers(toFloat64(value), value.shape, dtype);
}

/** Converts floats, and leaves integers and booleans as they are: labels, masks. */
export const castFloats = (value: Tensor, dtype: DType): Tensor =>
  isFloat(value.dtype) ? cast(value, dtype) : value;

/** Same data under another shape. */
export function reshaped(value: Tensor, shape: Shape): Tensor {
  return tensor(value.dtype, shape, value.data);
}

/** The single element of a one-element tensor. */
export function item(value: Tensor): number {
  const [first] = value.data;
  if (value.data.length === 1 && first !== undefined) return Number(first);
  throw fail("SHAPE_MISMATCH", { what: "item", expected: "one element", received: formatShape(value.shape) });
}

/** Rows `start` (inclusive) to `end` (exclusive) along the first axis, sharing memory. */
export function rows(value: Tensor, start: number, end: number): Tensor {
  const width = sizeOf(value.shape.slice(1));
  const data = value.data.subarray(start * width, end * width);
  return tensor(value.dtype, [end - start, ...value.shape.slice(1)], data);
}

/** The same in memory of their own, and no more than that. */
export function copiedRows(value: Tensor, start: number, end: number): Tensor {
  const view = rows(value, start, end);
  return { ...view, data: view.data.slice() } as Tensor;
}

/** The rows of several tensors, at least one, one after the other, copied. */
export function stackedRows(parts: readonly Tensor[]): Tensor {
  const { dtype, shape } = parts[0] as Tensor;
  const count = parts.reduce((sum, { shape: [own = 0] }) => sum + own, 0);
  const whole = zeros([count, ...shape.slice(1)], dtype);
  let at = 0;
  for (const { data } of parts) {
    (whole.data as Float32Array).set(data as Float32Array, at);
    at += data.length;
  }
  return whole;
}

/** Rows of the first axis in any order and number, copied. */
export function pickRows<D extends DType>(
  { dtype, shape, data }: Tensor<D>,
  order: ArrayLike<number>,
): Tensor<D> {
  const width = sizeOf(shape.slice(1));
  const picked = allocate(dtype, order.length * width);
  for (let i = 0; i < order.length; i++) {
    const start = (order[i] ?? 0) * width;
    (picked as Float32Array).set((data as Float32Array).subarray(start, start + width), i * width);
  }
  return tensor(dtype, [order.length, ...shape.slice(1)], picked);
}

/** Index of the first NaN or infinite element, or -1. */
export function firstNonFinite(value: Tensor): number {
  const { data } = value;
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return -1;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}
