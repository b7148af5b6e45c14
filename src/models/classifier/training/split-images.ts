import { type ImageSet, pickImages } from "../../../data/index.js";
import { fail, Random } from "../../../tensor/index.js";
import { requireImageSet } from "../image-input.js";
import type { ClassifierTrainingOptions } from "./training-options.js";

const VALIDATION_IMAGES = 2000;

/**
 * Images to learn from and images to choose by, without a common one where both come from the same set.
 * @throws INVALID_ARGUMENT when images are too few, or have labels without class; SHAPE_MISMATCH for other images.
 */
export function splitImages(
  { data, validation, architecture }: Pick<ClassifierTrainingOptions, "data" | "validation" | "architecture">,
  seed: number,
): { readonly training: ImageSet; readonly validation: ImageSet } {
  requireImageSet(architecture, data);
  if (typeof validation === "object") {
    requireImageSet(architecture, validation);
    return { training: data, validation };
  }
  const [count] = data.shape;
  const held = validation ?? Math.min(VALIDATION_IMAGES, Math.ceil(count / 5));
  if (!(Number.isInteger(held) && held > 0 && held < count)) {
    throw fail("INVALID_ARGUMENT", {
      what: "validation",
      expected: `images, or how many of ${count}: an integer from 1 to ${count - 1}`,
      received: String(held),
    });
  }
  const order = new Random(seed).fork("validation images").permutation(count);
  return {
    training: pickImages(data, order.subarray(held)),
    validation: pickImages(data, order.subarray(0, held)),
  };
}
