import { sizeOf, type Tensor, tensor } from "../../../src/tensor/index.js";

/** `\x93NUMPY`. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads an array as NumPy saves it: format 1 to 3, little-endian float32 or float64, in C order.
 * Reference: numpy.lib.format, "Format Specification: Version 1.0".
 */
export function decodeNpy(bytes: Uint8Array, what: string): Tensor {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw new Error(`${what} is no .npy file.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFirst = bytes[6] === 1;
  const start = isFirst ? 10 : 12;
  const length = isFirst ? view.getUint16(8, true) : view.getUint32(8, true);
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  if (/'fortran_order':\s*True/.test(header))
    throw new Error(`${what}: save it in C order (np.ascontiguousarray).`);
  const extents = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? "";
  const shape = extents.split(",").flatMap((text) => (text.trim() === "" ? [] : [Number(text)]));
  const data = bytes.slice(start + length).buffer;
  if (type === "<f4") return tensor("float32", shape, new Float32Array(data, 0, sizeOf(shape)));
  if (type === "<f8") return tensor("float64", shape, new Float64Array(data, 0, sizeOf(shape)));
  throw new Error(`${what}: float32 or float64 is wanted, and this is ${type ?? "something else"}.`);
}
