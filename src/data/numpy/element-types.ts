import type { DType } from "../../tensor/index.js";

/** How NumPy stores one kind of number, and as what it is read. */
export interface ElementType {
  /** Bytes an element. */
  readonly size: number;
  readonly dtype: DType;
  read(view: DataView, offset: number, littleEndian: boolean): number | bigint;
}

/** By kind and size, as in `'<f4'` behind the sign for the byte order. */
export const elementTypes: Readonly<Record<string, ElementType>> = {
  f2: { size: 2, dtype: "float32", read: (view, at, little) => half(view.getUint16(at, little)) },
  f4: { size: 4, dtype: "float32", read: (view, at, little) => view.getFloat32(at, little) },
  f8: { size: 8, dtype: "float64", read: (view, at, little) => view.getFloat64(at, little) },
  i1: { size: 1, dtype: "int64", read: (view, at) => BigInt(view.getInt8(at)) },
  i2: { size: 2, dtype: "int64", read: (view, at, little) => BigInt(view.getInt16(at, little)) },
  i4: { size: 4, dtype: "int64", read: (view, at, little) => BigInt(view.getInt32(at, little)) },
  i8: { size: 8, dtype: "int64", read: (view, at, little) => view.getBigInt64(at, little) },
  u1: { size: 1, dtype: "int64", read: (view, at) => BigInt(view.getUint8(at)) },
  u2: { size: 2, dtype: "int64", read: (view, at, little) => BigInt(view.getUint16(at, little)) },
  u4: { size: 4, dtype: "int64", read: (view, at, little) => BigInt(view.getUint32(at, little)) },
  b1: { size: 1, dtype: "bool", read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
};

/** As what each of our types is written. */
export const writtenTypes: Readonly<Record<DType, string>> = {
  float32: "<f4",
  float64: "<f8",
  int64: "<i8",
  bool: "|b1",
};

/** The number of a float16: IEEE 754, 1 sign, 5 exponent and 10 fraction bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
