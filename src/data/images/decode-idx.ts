import { fail, formatShape, sizeOf } from "../../tensor/index.js";

/** The content of an idx file of bytes. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major; shares memory with the file's bytes. */
  readonly data: Uint8Array;
}

const UBYTE = 0x08;
const elementTypes: Readonly<Record<number, string>> = {
  8: "unsigned bytes",
  9: "signed bytes",
  11: "16-bit integers",
  12: "32-bit integers",
  13: "float32",
  14: "float64",
};

/**
 * Reads the idx format of MNIST: two zero bytes, the element type (8: unsigned byte), the rank, one big-endian 32-bit
 * extent an axis, then the elements, nothing more. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of
 * handwritten digits", section "File formats".
 * @param what name for messages, usually the file path.
 * @throws MALFORMED_FILE for another beginning, another element type, no or no whole header, and a file that is
 *   longer or shorter than its header says.
 */
export function decodeIdx(bytes: Uint8Array, what = "idx"): IdxArray {
  const malformed = (expected: string, received: string, help?: string): Error =>
    fail("MALFORMED_FILE", { what, expected, received, help });
  const [first = 1, second = 1, type = 0, rank = 0] = bytes;
  if (first === 0x1f && second === 0x8b)
    throw malformed(
      "an unpacked idx file",
      "gzip",
      "unpack it first, or let the loader of the data set read it",
    );
  if (first !== 0 || second !== 0)
    throw malformed("an idx file, which begins with two zero bytes", startOf(bytes));
  if (type !== UBYTE)
    throw malformed("an idx file of unsigned bytes", elementTypes[type] ?? `element type ${type}`);
  const header = 4 + 4 * rank;
  if (rank === 0 || bytes.length < header)
    throw malformed(
      `a header with at least one extent, whole`,
      `rank ${rank} in a file of ${bytes.length} bytes`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  // A product beyond 2^53 is not exact, but far from any length that a file has.
  if (header + sizeOf(shape) !== bytes.length) {
    throw malformed(
      `${sizeOf(shape)} bytes after the header, for ${formatShape(shape)}`,
      `${bytes.length - header}`,
      "the file is cut off or damaged: fetch it again",
    );
  }
  return { shape, data: bytes.subarray(header) };
}

const startOf = (bytes: Uint8Array): string =>
  bytes.length === 0
    ? "an empty file"
    : `bytes ${Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
