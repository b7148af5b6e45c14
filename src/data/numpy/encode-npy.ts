import type { Tensor } from "../../tensor/index.js";
import { writtenTypes } from "./element-types.js";

/** The numbers begin at a multiple of this, for readers that map the file into memory. */
const ALIGNMENT = 64;
/** Magic, version 1.0 and the length of the header in 16 bits. */
const BEFORE_HEADER = 10;

/**
 * Writes a tensor as `numpy.save` does: format 1.0, little-endian, C order.
 * Reference: numpy.lib.format, "Format Specification: Version 1.0".
 */
export function encodeNpy({ dtype, shape, data }: Tensor): Uint8Array {
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${writtenTypes[dtype]}', 'fortran_order': False, 'shape': (${extents}), }`;
  const unpadded = BEFORE_HEADER + header.length + 1;
  const start = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
  const text = `\x93NUMPY\x01\x00..${header.padEnd(start - BEFORE_HEADER - 1)}\n`;
  const bytes = new Uint8Array(start + data.byteLength);
  for (let i = 0; i < start; i++) bytes[i] = text.charCodeAt(i);
  new DataView(bytes.buffer).setUint16(8, start - BEFORE_HEADER, true);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}
