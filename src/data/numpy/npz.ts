import { type UnzipFileInfo, unzipSync, zipSync } from "fflate";
import { fail, isHypersolversError, type Tensor } from "../../tensor/index.js";
import { decodeNpy } from "./decode-npy.js";
import { encodeNpy } from "./encode-npy.js";

/** No compressed byte holds more than this many (1032 by deflate): a small file may ask for more than a machine has. */
const MOST_BYTES_A_BYTE = 1100;
/** Earliest date that a zip archive can say: files of the same content are the same, whenever they are written. */
const NO_DATE = new Date(1980, 0, 1);

/** Whether bytes begin as a zip archive, which .npz files are. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/**
 * Reads the arrays that `numpy.savez` or `savez_compressed` wrote, by name.
 * @param what name for messages, usually the file path.
 * @throws MALFORMED_FILE for other files, and as `decodeNpy`, naming the array.
 */
export function decodeNpz(bytes: Uint8Array, what = "npz"): Record<string, Tensor> {
  const malformed = (received: string, cause?: unknown) =>
    fail("MALFORMED_FILE", { what, expected: "arrays as numpy.savez writes them", received, cause });
  const isPossible = ({ name, size, originalSize }: UnzipFileInfo): boolean => {
    if (originalSize <= MOST_BYTES_A_BYTE * Math.min(size, bytes.length)) return true;
    throw malformed(`array ${name} of ${originalSize} bytes out of ${size}`);
  };
  try {
    const files = Object.entries(unzipSync(bytes, { filter: isPossible }));
    return Object.fromEntries(
      files.map(([name, content]) => {
        const key = name.replace(/\.npy$/, "");
        return [key, decodeNpy(content, `${what}, array ${key}`)];
      }),
    );
  } catch (error) {
    if (isHypersolversError(error)) throw error;
    throw malformed(
      `an archive that cannot be read: ${error instanceof Error ? error.message : error}`,
      error,
    );
  }
}

/** Writes arrays by name as `numpy.savez` does: not compressed. */
export function encodeNpz(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  const files = Object.entries(tensors).map(([name, value]) => [`${name}.npy`, encodeNpy(value)] as const);
  return zipSync(Object.fromEntries(files), { level: 0, mtime: NO_DATE });
}
