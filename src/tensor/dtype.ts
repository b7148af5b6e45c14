/** Element types. `bool` is stored as 0/1 bytes, as ONNX Runtime does. */
export const dtypes = ["float32", "float64", "int64", "bool"] as const;
/** Name of an element type, as in ONNX. */
export type DType = (typeof dtypes)[number];

/** The two types that have derivatives. */
export type FloatDType = "float32" | "float64";

/** Storage of each element type. */
export interface DataOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int64: BigInt64Array;
  readonly bool: Uint8Array;
}

/** Storage of any element type. */
export type TensorData = DataOf[DType];

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

/** Size of one element in memory and in files, in bytes. */
export const bytesPerElement: Readonly<Record<DType, number>> = { float32: 4, float64: 8, int64: 8, bool: 1 };

/** Zero-filled storage for `length` elements. */
export function allocate<D extends DType>(dtype: D, length: number): DataOf[D] {
  return new constructors[dtype](length) as DataOf[D];
}

/** Typed view of `length` elements at `offset` bytes; copies only when the offset is unaligned. */
export function viewBytes<D extends DType>(
  dtype: D,
  bytes: Uint8Array,
  offset: number,
  length: number,
): DataOf[D] {
  const start = bytes.byteOffset + offset;
  const { buffer } = bytes;
  const aligned = buffer instanceof ArrayBuffer && start % bytesPerElement[dtype] === 0;
  if (aligned) return new constructors[dtype](buffer, start, length) as DataOf[D];
  // Not bytes.slice: on Node's Buffer that is a view.
  const copy = Uint8Array.prototype.slice.call(bytes, offset, offset + length * bytesPerElement[dtype]);
  return new constructors[dtype](copy.buffer, 0, length) as DataOf[D];
}

/** Whether values of this type have derivatives. */
export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === "float32" || dtype === "float64";
}
