import { type DType, fail, sizeOf, type Tensor, tensor } from "../../tensor/index.js";
import { allocate } from "../../tensor/internal.js";
import { type ElementType, elementTypes } from "./element-types.js";

/** What stands before the numbers. */
interface Header {
  readonly type: ElementType;
  readonly littleEndian: boolean;
  /** First axis fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin, in bytes. */
  readonly start: number;
}

type Malformed = (received: string, help?: string) => Error;

/** `\x93NUMPY`. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Whether bytes begin as a file that `numpy.save` wrote. */
export const isNpy = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/**
 * Reads an array that `numpy.save` wrote: format 1 to 3, either byte order, C or Fortran order. float16 becomes float32,
 * integers of all sizes become int64.
 * Reference: numpy.lib.format, "Format Specification: Version 1.0".
 * @param what name for messages, usually the file path.
 * @throws MALFORMED_FILE for other files, truncated ones, and arrays of objects, text, records or complex numbers.
 */
export function decodeNpy(bytes: Uint8Array, what = "npy"): Tensor {
  const malformed: Malformed = (received, help) =>
    fail("MALFORMED_FILE", { what, expected: "an array of numbers as numpy.save writes it", received, help });
  if (!isNpy(bytes)) throw malformed("a file that does not begin as one of NumPy's");
  const header = headerOf(bytes, malformed);
  const length = sizeOf(header.shape);
  const wanted = length * header.type.size;
  const there = bytes.length - header.start;
  if (!Number.isSafeInteger(wanted) || wanted !== there)
    throw malformed(
      `${there} bytes of numbers, where its shape (${header.shape.join(", ")}) takes ${wanted}`,
    );
  const { dtype } = header.type;
  const data = numbersOf(bytes, header, length);
  return tensor(dtype, header.shape, header.fortranOrder ? inRowOrder(data, header.shape, dtype) : data);
}

function headerOf(bytes: Uint8Array, malformed: Malformed): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFirst = bytes[6] === 1;
  const before = isFirst ? 10 : 12;
  if (bytes.length < before) throw malformed(`${bytes.length} bytes`);
  const start = before + (isFirst ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length) throw malformed(`a header of ${start} bytes in a file of ${bytes.length}`);
  const text = new TextDecoder().decode(bytes.subarray(before, start));
  const [, order = "", kind = ""] = /'descr':\s*'([<>|=]?)(\w+)'/.exec(text) ?? [];
  const type = Object.hasOwn(elementTypes, kind) ? elementTypes[kind] : undefined;
  if (type === undefined) {
    const help = "save it with .astype(numpy.float32) or numpy.float64";
    throw malformed(`elements of type ${JSON.stringify(kind || text.slice(0, 60))}`, help);
  }
  const [, fortran] = /'fortran_order':\s*(True|False)/.exec(text) ?? [];
  const [, extents] = /'shape':\s*\(([\d\s,]*)\)/.exec(text) ?? [];
  if (fortran === undefined || extents === undefined) throw malformed("a header without order and shape");
  const shape = extents.split(",").flatMap((extent) => (extent.trim() === "" ? [] : [Number(extent)]));
  return { type, littleEndian: order !== ">", fortranOrder: fortran === "True", shape, start };
}

function numbersOf(bytes: Uint8Array, { type, littleEndian, start }: Header, length: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const data = allocate(type.dtype, length);
  for (let i = 0; i < length; i++) data[i] = type.read(view, i * type.size, littleEndian);
  return data;
}

/** From first axis fastest to last axis fastest. */
function inRowOrder(data: Tensor["data"], shape: readonly number[], dtype: DType): Tensor["data"] {
  const ordered = allocate(dtype, data.length);
  const index = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  for (let i = 0; i < data.length; i++) {
    const from = index.reduce((sum, at, axis) => sum + at * (strides[axis] ?? 0), 0);
    ordered[i] = data[from] as number & bigint;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break;
      index[axis] = 0;
    }
  }
  return ordered;
}
