import { correctionLearner } from "../fit/correction-learner.js";
import type { FitJob } from "../fit/fit-stage.js";
import { encodedImages } from "./encoded-images.js";
import { EVALUATIONS, imageHypersolvers } from "./image-methods.js";
import type { ImageStage } from "./measure-images.js";

/** A fit on training images for every hypersolver of `imageHypersolvers`. */
export function imageFitJobs(
  { classifier, ends, images, preset }: ImageStage,
  { seed, command }: { readonly seed: number; readonly command: string },
): (FitJob & { readonly steps: number })[] {
  const { correction: architecture, batch: heldOut } = preset;
  const { span } = classifier.architecture;
  const states = encodedImages(ends, images);
  return imageHypersolvers(architecture).map(({ name, file, fit }) => ({
    name,
    file,
    steps: fit.steps,
    settings: { architecture, fit: preset.fit, heldOut, seed, data: images.description },
    request: {
      field: classifier.field,
      title: `${name} of ${preset.architecture}`,
      command,
      heldOut,
      budget: [EVALUATIONS],
      states,
      learner: correctionLearner({ ...fit, ...preset.fit, span, seed }),
    },
  }));
}
