import type { Correction, FitOptions } from "../../hypersolver/index.js";
import type { Classifier } from "../../models/index.js";
import type { ExperimentOptions, LabelledImages } from "../experiment.js";
import { type FitRun, runFit } from "../run-fit.js";
import type { ClassifierEnds } from "./classifier-ends.js";
import { encodedImages } from "./encoded-images.js";
import { EVALUATIONS, imageHypersolvers } from "./image-methods.js";
import type { ImagePreset } from "./presets.js";

/** Architecture of the paper's g for a data set. */
export type ImageCorrection = NonNullable<FitOptions["architecture"]>;

/** A trained classifier with what it is studied on. */
export interface ImageStage {
  readonly classifier: Classifier;
  readonly ends: ClassifierEnds;
  readonly images: LabelledImages;
  readonly preset: ImagePreset;
}

/** Corrections by hypersolver, each with the number of steps that it learned. */
export type ImageCorrections = Readonly<
  Record<string, { readonly correction: Correction; readonly steps: number }>
>;

/** Fits every hypersolver of `imageHypersolvers` on training images, one after another. */
export async function fitHypersolvers(
  { classifier, ends, images, preset }: ImageStage,
  correction: ImageCorrection,
  { seed, compile, command, onProgress, signal }: ExperimentOptions,
): Promise<Readonly<Record<string, FitRun>>> {
  const states = encodedImages(ends, images);
  const fits: Record<string, FitRun> = {};
  for (const { name, fit } of imageHypersolvers(correction)) {
    fits[name] = await runFit({
      ...{ field: classifier.field, title: `${name} of ${preset.architecture}`, command, figures: false },
      heldOut: preset.batch,
      budget: [EVALUATIONS],
      fit: {
        ...{ ...fit, ...preset.fit, span: classifier.architecture.span, states, seed },
        ...(compile && { compile }),
        ...(onProgress && { onProgress }),
        ...(signal && { signal }),
      },
    });
  }
  return fits;
}

/** What was fitted, ready for solvers. */
export const correctionsOf = (
  fits: Readonly<Record<string, FitRun>>,
  architecture: ImageCorrection,
): ImageCorrections =>
  Object.fromEntries(
    imageHypersolvers(architecture).flatMap(({ name, fit: { steps } }) => {
      const run = fits[name];
      return run === undefined ? [] : [[name, { correction: run.correction, steps }]];
    }),
  );
