import { TensorProto_DataType as ElementType, type TensorProto, TensorProto_DataLocation } from "onnx-buf";
import {
  type DType,
  fail,
  fromNumbers,
  type HypersolversError,
  type Shape,
  type Tensor,
  tensor,
} from "../../../tensor/index.js";
import { bytesPerElement, viewBytes } from "../../../tensor/internal.js";

/** How one ONNX element type is stored and what it becomes here. */
interface Storage {
  readonly dtype: DType;
  readonly bytes: number;
  /** Reads one element of the raw form; absent where the raw form is already ours. */
  readonly read?: ((view: DataView, offset: number) => number) | undefined;
  /** The typed field that holds the elements where there is no raw form. */
  readonly field: "floatData" | "doubleData" | "int32Data" | "int64Data" | "uint64Data";
  /** Decodes an element of that field, where it holds bit patterns. */
  readonly fromField?: (bits: number) => number;
}

/** IEEE half precision: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16: the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}

const integer = (bytes: number, read: Storage["read"], field: Storage["field"] = "int32Data"): Storage => ({
  dtype: "int64",
  bytes,
  field,
  read,
});
const half = (decode: (bits: number) => number): Storage => ({
  dtype: "float32",
  bytes: 2,
  field: "int32Data",
  read: (view, offset) => decode(view.getUint16(offset, true)),
  fromField: decode,
});

/** Narrow integers widen to int64, half floats to float32. */
const storages: ReadonlyMap<number, Storage> = new Map<number, Storage>([
  [ElementType.FLOAT, { dtype: "float32", bytes: 4, field: "floatData" }],
  [ElementType.DOUBLE, { dtype: "float64", bytes: 8, field: "doubleData" }],
  [ElementType.INT64, { dtype: "int64", bytes: 8, field: "int64Data" }],
  [ElementType.BOOL, { dtype: "bool", bytes: 1, field: "int32Data" }],
  [ElementType.INT32, integer(4, (view, offset) => view.getInt32(offset, true))],
  [ElementType.INT16, integer(2, (view, offset) => view.getInt16(offset, true))],
  [ElementType.INT8, integer(1, (view, offset) => view.getInt8(offset))],
  [ElementType.UINT32, integer(4, (view, offset) => view.getUint32(offset, true), "uint64Data")],
  [ElementType.UINT16, integer(2, (view, offset) => view.getUint16(offset, true))],
  [ElementType.UINT8, integer(1, (view, offset) => view.getUint8(offset))],
  [ElementType.FLOAT16, half(halfToNumber)],
  [ElementType.BFLOAT16, half(bfloatToNumber)],
]);

const floatNames: ReadonlyMap<number, string> = new Map<number, string>([
  [ElementType.FLOAT, "float32"],
  [ElementType.DOUBLE, "float64"],
]);

/** Name of an ONNX element type in our terms, for messages. */
export const elementTypeName = (elementType: number): string =>
  elementType === ElementType.UNDEFINED
    ? "no element type"
    : (floatNames.get(elementType) ?? (ElementType[elementType] ?? `type ${elementType}`).toLowerCase());

/** Element type that stored tensors of an ONNX type get; undefined where there is none. */
export const storedDType = (elementType: number): DType | undefined => storages.get(elementType)?.dtype;

/**
 * Reads a stored tensor. Its size is checked against the data before anything is allocated.
 * @param where file and tensor, for messages.
 * @throws MALFORMED_FILE when sizes disagree; UNSUPPORTED_FIELD for external data and foreign element types.
 */
export function readTensor(proto: TensorProto, where: string): Tensor {
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    throw fail("UNSUPPORTED_FIELD", {
      what: where,
      expected: "values inside the file",
      received: "values in a second file",
      help: "put them in with embedExternalData, or export again with torch.onnx.export(..., external_data=False)",
    });
  }
  const storage = storages.get(proto.dataType);
  if (storage === undefined) {
    throw fail("UNSUPPORTED_FIELD", {
      what: where,
      expected: "numbers of a float, integer or boolean type",
      received: elementTypeName(proto.dataType),
      help: "export the model in float32 or float64",
    });
  }
  const shape = readShape(proto, where);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const value =
    proto.rawData.length > 0
      ? fromRaw(proto.rawData, storage, shape, count, where)
      : fromField(proto, storage, shape, count, where);
  storedTypes.set(value, proto.dataType);
  return value;
}

const storedTypes = new WeakMap<Tensor, number>();

/** The ONNX type that a tensor was stored in, narrow as it was. */
export const storedElementType = (value: Tensor): number | undefined => storedTypes.get(value);

/** @throws MALFORMED_FILE on negative or absurd extents. */
export function readShape({ dims }: TensorProto, where: string): number[] {
  const shape = dims.map(Number);
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (shape.every((extent) => extent >= 0) && Number.isSafeInteger(count)) return shape;
  throw fail("MALFORMED_FILE", { what: where, expected: "a possible shape", received: `[${shape}]` });
}

function wrongLength(where: string, expected: string, received: string): HypersolversError {
  return fail("MALFORMED_FILE", { what: where, expected, received });
}

function fromRaw(raw: Uint8Array, storage: Storage, shape: Shape, count: number, where: string): Tensor {
  const { dtype, bytes, read } = storage;
  if (raw.length !== count * bytes) {
    throw wrongLength(where, `${count * bytes} bytes for shape [${shape}]`, `${raw.length} bytes`);
  }
  if (read === undefined && bytes === bytesPerElement[dtype])
    return tensor(dtype, shape, viewBytes(dtype, raw, 0, count));
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const values = Array.from({ length: count }, (_, i) => read?.(view, i * bytes) ?? 0);
  return fromNumbers(values, shape, dtype);
}

function fromField(
  proto: TensorProto,
  { field, fromField: decode, dtype }: Storage,
  shape: Shape,
  count: number,
  where: string,
): Tensor {
  const stored: readonly (number | bigint)[] = proto[field];
  if (stored.length !== count)
    throw wrongLength(where, `${count} elements for shape [${shape}]`, `${stored.length} elements`);
  const values = stored.map((element) => (decode === undefined ? Number(element) : decode(Number(element))));
  return fromNumbers(dtype === "bool" ? values.map((value) => (value === 0 ? 0 : 1)) : values, shape, dtype);
}
