import { fail, formatShape } from "../../tensor/index.js";
import { decodeIdx, type IdxArray } from "./decode-idx.js";
import { type ImageSet, imageSet } from "./image-set.js";

/** The bytes of an idx file, and how it is called in messages. */
export interface NamedBytes {
  readonly bytes: Uint8Array;
  readonly what: string;
}

/**
 * Gray images from a pair of idx files, as MNIST and its relatives come.
 * @param images of rank 3: [n, H, W], n ≥ 1.
 * @param labels of rank 1: [n].
 * @returns images [n, 1, H, W], which share memory with the file's bytes.
 * @throws MALFORMED_FILE as `decodeIdx`, for files of another rank (such as labels and images mixed up), for no images
 *   at all, for another number of labels than of images, and for labels without a class.
 */
export function decodeIdxImages(
  images: NamedBytes,
  labels: NamedBytes,
  classes: readonly string[],
): ImageSet {
  const pixels = ofRank(3, images, "images [n, height, width]");
  const numbers = ofRank(1, labels, "labels [n]");
  const [count = 0, height = 0, width = 0] = pixels.shape;
  if (pixels.data.length === 0) {
    throw fail("MALFORMED_FILE", {
      what: images.what,
      expected: "at least one image with a pixel",
      received: formatShape(pixels.shape),
    });
  }
  if (numbers.data.length !== count) {
    throw fail("MALFORMED_FILE", {
      what: labels.what,
      expected: `${count} labels, one for each image of ${images.what}`,
      received: `${numbers.data.length}`,
      help: "take both files from the same place: training with training, test with test",
    });
  }
  return imageSet(
    { shape: [count, 1, height, width], images: pixels.data, labels: numbers.data, classes },
    labels.what,
  );
}

function ofRank(rank: number, { bytes, what }: NamedBytes, expected: string): IdxArray {
  const array = decodeIdx(bytes, what);
  if (array.shape.length === rank) return array;
  throw fail("MALFORMED_FILE", {
    what,
    expected: `an idx file of ${expected}`,
    received: formatShape(array.shape),
    help: "check that images and labels are not mixed up",
  });
}
