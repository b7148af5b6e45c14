import { type ImageSet, pickImages } from "../../../data/index.js";
import { fail, Random } from "../../../tensor/index.js";
import { requireImageSet } from "../image-input.js";
import type { ClassifierTrainingInputs } from "./training-inputs.js";
import type { TrainingPlan } from "./training-plan.js";

const VALIDATION_IMAGES = 2000;

/**
 * Images to learn from and images to choose by, without a common one where both come from the same set.
 * @throws INVALID_ARGUMENT when images are too few, or have labels without class; SHAPE_MISMATCH for other images.
 */
export function splitImages(
  data: ImageSet,
  { validation: count, architecture, seed }: Pick<TrainingPlan, "validation" | "architecture" | "seed">,
  { validation }: Pick<ClassifierTrainingInputs, "validation">,
): { readonly training: ImageSet; readonly validation: ImageSet } {
  requireImageSet(architecture, data);
  if (validation !== undefined) {
    requireImageSet(architecture, validation);
    return { training: data, validation };
  }
  const [all] = data.shape;
  const held = count ?? Math.min(VALIDATION_IMAGES, Math.ceil(all / 5));
  if (held >= all) {
    throw fail("INVALID_ARGUMENT", {
      what: "validation",
      expected: `images, or how many of ${all}: an integer from 1 to ${all - 1}`,
      received: String(held),
    });
  }
  const order = new Random(seed).fork("validation images").permutation(all);
  return {
    training: pickImages(data, order.subarray(held)),
    validation: pickImages(data, order.subarray(0, held)),
  };
}
