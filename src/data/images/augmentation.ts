import { fail, type Random, sizeOf } from "../../tensor/index.js";
import type { ImageSet } from "./image-set.js";

/** How training images are varied. */
export interface Augmentation {
  /** Pixels of black around an image before a piece of its own size is cut out at random; 0 moves nothing. */
  readonly padding: number;
  /** Whether every other image, at random, is mirrored left to right. */
  readonly flip: boolean;
}

/**
 * The usual one for CIFAR-10: crops from a margin of 4, and mirror images. Source: K. He et al., "Deep residual
 * learning for image recognition" (2015), section 4.2.
 */
export const cifar10Augmentation: Augmentation = { padding: 4, flip: true };

/** How one image is varied. */
export interface Variation {
  /** Rows and columns, −padding … padding, by which the cut lies below and right of the image. */
  readonly down: number;
  readonly right: number;
  readonly mirrored: boolean;
}

/**
 * Draws a variation for every image, independently, and applies it to all its channels.
 * @returns images of the same shape and labels; the input is left as it was.
 * @throws INVALID_ARGUMENT for a padding that is no integer ≥ 0.
 */
export function augmented(set: ImageSet, { padding, flip }: Augmentation, random: Random): ImageSet {
  if (!(Number.isSafeInteger(padding) && padding >= 0)) {
    throw fail("INVALID_ARGUMENT", {
      what: "augmentation: padding",
      expected: "an integer, at least 0",
      received: String(padding),
    });
  }
  const [, ...extents] = set.shape;
  const size = sizeOf(extents);
  const images = new Uint8Array(set.images.length);
  for (let start = 0; start < images.length; start += size) {
    const variation: Variation = {
      down: random.integer(-padding, padding),
      right: random.integer(-padding, padding),
      mirrored: flip && random.integer(0, 1) === 1,
    };
    vary(set.images.subarray(start, start + size), images.subarray(start, start + size), extents, variation);
  }
  return { ...set, images };
}

/**
 * Cuts, then mirrors, one image [C, H, W].
 * @param target all zero; what the cut has from outside the image stays black.
 */
export function vary(
  source: Uint8Array,
  target: Uint8Array,
  [channels, height, width]: readonly [number, number, number],
  { down, right, mirrored }: Variation,
): void {
  for (let line = 0; line < channels * height; line++) {
    const from = (line % height) + down;
    if (from < 0 || from >= height) continue;
    const origin = (line + down) * width;
    for (let x = 0; x < width; x++) {
      const column = (mirrored ? width - 1 - x : x) + right;
      if (column >= 0 && column < width) target[line * width + x] = source[origin + column] ?? 0;
    }
  }
}
