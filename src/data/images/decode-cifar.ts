import { fail } from "../../tensor/index.js";
import { cifar10Classes } from "./classes.js";
import { type ImageSet, imageSet } from "./image-set.js";

const CHANNELS = 3;
const SIDE = 32;
const PIXELS = CHANNELS * SIDE * SIDE;
const RECORD = 1 + PIXELS;

/**
 * Reads the binary form of CIFAR-10: records of one label (0 … 9) and 3072 pixels, all of red, then green, then blue,
 * each row by row; nothing around them. Source: A. Krizhevsky, "The CIFAR-10 dataset", section "Binary version".
 * @param what name for messages, usually the file path.
 * @returns images [n, 3, 32, 32], n ≥ 1.
 * @throws MALFORMED_FILE for an empty file, a length that is no multiple of 3073, and labels above 9.
 */
export function decodeCifar10(bytes: Uint8Array, what = "CIFAR-10"): ImageSet {
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    throw fail("MALFORMED_FILE", {
      what,
      expected: `records of ${RECORD} bytes: a label and ${PIXELS} pixels`,
      received:
        bytes.length === 0
          ? "an empty file"
          : `${Math.floor(bytes.length / RECORD)} records and ${bytes.length % RECORD} bytes more`,
      help: "the file is cut off, damaged, or not of the binary version of CIFAR-10",
    });
  }
  const count = bytes.length / RECORD;
  const images = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = bytes[i * RECORD] ?? 0;
    images.set(bytes.subarray(i * RECORD + 1, (i + 1) * RECORD), i * PIXELS);
  }
  return imageSet({ shape: [count, CHANNELS, SIDE, SIDE], images, labels, classes: cifar10Classes }, what);
}
