import { type ImageSet, pickImages } from "../../data/index.js";
import { encodedStates } from "../../hypersolver/index.js";
import type { StateStream } from "../../hypersolver/internal.js";
import type { LabeledImages } from "../kit/experiment.js";
import type { ClassifierEnds } from "./classifier-ends.js";

/** Training images that choose among corrections instead: the last ones. */
const VALIDATION = 64;
/** Test images that bounds of errors are calibrated on, and nothing is measured on: the last ones. */
const CALIBRATION = 500;

/**
 * The initial states that a classifier makes of images, made when asked for. Corrections never see test images: these
 * measure.
 */
export function encodedImages(
  ends: ClassifierEnds,
  { training, test, description }: LabeledImages,
): StateStream {
  const [count] = training.shape;
  const [tests] = test.shape;
  const calibration = Math.max(1, Math.min(CALIBRATION, Math.floor(tests / 4)));
  const heldOut = tests - calibration;
  const validation = Math.min(VALIDATION, Math.floor(count / 4));
  const trained = count - validation;
  const from = {
    training: [training, 0],
    validation: [training, trained],
    heldOut: [test, 0],
    calibration: [test, heldOut],
  } as const;
  return encodedStates(
    `${description}, through h_x`,
    { training: trained, validation, heldOut, calibration },
    async (part, rows) => {
      const [set, start]: readonly [ImageSet, number] = from[part];
      const picked = pickImages(
        set,
        rows.map((row) => row + start),
      );
      return { z0: await ends.stem.run(picked), controls: {} };
    },
  );
}
