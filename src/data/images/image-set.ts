import { fail, formatShape, sizeOf } from "../../tensor/index.js";

/** Extents of a stack of images: number, channels, height, width. */
export type ImageShape = readonly [count: number, channels: number, height: number, width: number];

/** Images with labels, a byte a pixel: 60,000 images of MNIST take 47 MB, as float32 they would take 188 MB. */
export interface ImageSet {
  readonly shape: ImageShape;
  /** Row-major [n, C, H, W], 0 (black) to 255. May be shared; treat it as read-only. */
  readonly images: Uint8Array;
  /** [n], each an index into `classes`. */
  readonly labels: Uint8Array;
  /** The name of every class. */
  readonly classes: readonly string[];
}

/**
 * Puts images and labels together.
 * @param what name for messages, usually the file path.
 * @throws SHAPE_MISMATCH unless there are n · C · H · W bytes, every extent but n at least 1, and n labels;
 *   MALFORMED_FILE naming the first label, from 0, that has no class.
 */
export function imageSet({ shape, images, labels, classes }: ImageSet, what = "images"): ImageSet {
  const [count, ...extents] = shape;
  if (images.length !== sizeOf(shape) || extents.some((extent) => extent < 1)) {
    throw fail("SHAPE_MISMATCH", {
      what,
      expected: `${sizeOf(shape)} bytes for images ${formatShape(shape)}`,
      received: `${images.length} bytes`,
    });
  }
  if (labels.length !== count) {
    throw fail("SHAPE_MISMATCH", {
      what,
      expected: `a label for each of ${count} images`,
      received: `${labels.length} labels`,
    });
  }
  const stray = labels.findIndex((label) => label >= classes.length);
  if (stray < 0) return { shape, images, labels, classes };
  throw fail("MALFORMED_FILE", {
    what: `${what}: label of image ${stray}, counted from 0`,
    expected: `a class from 0 to ${classes.length - 1}`,
    received: String(labels[stray]),
  });
}

/**
 * Images of the rows from `start` (inclusive) to `end` (exclusive), sharing memory.
 * @throws INVALID_ARGUMENT unless 0 ≤ start ≤ end ≤ n, all integers.
 */
export function imageRows(
  { shape, images, labels, classes }: ImageSet,
  start: number,
  end: number,
): ImageSet {
  const [count, ...extents] = shape;
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= count)) {
    throw fail("INVALID_ARGUMENT", {
      what: "images: rows",
      expected: `integers with 0 ≤ start ≤ end ≤ ${count}`,
      received: `${start} to ${end}`,
    });
  }
  const size = sizeOf(extents);
  return {
    shape: [end - start, ...extents],
    images: images.subarray(start * size, end * size),
    labels: labels.subarray(start, end),
    classes,
  };
}

/**
 * Images by row, in any order and number, copied.
 * @throws INVALID_ARGUMENT for a row that there is not.
 */
export function pickImages({ shape, images, labels, classes }: ImageSet, rows: ArrayLike<number>): ImageSet {
  const [count, ...extents] = shape;
  const size = sizeOf(extents);
  const picked = new Uint8Array(rows.length * size);
  const pickedLabels = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? -1;
    if (!(Number.isInteger(row) && row >= 0 && row < count)) {
      throw fail("INVALID_ARGUMENT", {
        what: "images: row",
        expected: `an integer from 0 to ${count - 1}`,
        received: String(row),
      });
    }
    picked.set(images.subarray(row * size, (row + 1) * size), i * size);
    pickedLabels[i] = labels[row] ?? 0;
  }
  return { shape: [rows.length, ...extents], images: picked, labels: pickedLabels, classes };
}

/**
 * Sets of equal image size and classes, one after the other, copied.
 * @throws INVALID_ARGUMENT for no sets; SHAPE_MISMATCH for images of different sizes or other classes.
 */
export function joinImages(sets: readonly ImageSet[]): ImageSet {
  const [first] = sets;
  if (first === undefined)
    throw fail("INVALID_ARGUMENT", { what: "images", expected: "a set or more", received: "none" });
  const [, ...extents] = first.shape;
  for (const { shape, classes } of sets) {
    if (formatShape(shape.slice(1)) === formatShape(extents) && classes.join() === first.classes.join())
      continue;
    throw fail("SHAPE_MISMATCH", {
      what: "images",
      expected: `images ${formatShape(extents)} of ${first.classes.length} classes, as in the first set`,
      received: `${formatShape(shape.slice(1))} of ${classes.length} classes`,
    });
  }
  const count = sets.reduce((total, { shape }) => total + shape[0], 0);
  return {
    shape: [count, ...extents],
    images: joinBytes(sets.map(({ images }) => images)),
    labels: joinBytes(sets.map(({ labels }) => labels)),
    classes: first.classes,
  };
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let position = 0;
  for (const part of parts) {
    joined.set(part, position);
    position += part.length;
  }
  return joined;
}

/** How many images there are of each class. */
export function classCounts({ labels, classes }: ImageSet): number[] {
  const counts = classes.map(() => 0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}
