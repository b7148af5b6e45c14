import type { Correction } from "../../hypersolver/index.js";
import type { Classifier } from "../../models/index.js";
import { type FitJob, fitEach } from "../fit/fit-each.js";
import type { KeptFit } from "../fit/kept-fits.js";
import type { ExperimentOptions, LabelledImages } from "../kit/experiment.js";
import type { ClassifierEnds } from "./classifier-ends.js";
import { encodedImages } from "./encoded-images.js";
import { EVALUATIONS, imageHypersolvers } from "./image-methods.js";
import type { ImagePreset } from "./presets.js";

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

/**
 * Fits every hypersolver of `imageHypersolvers` on training images, one after another; `resume` takes those that an
 * interrupted run had made. A signal ends it with what there is.
 */
export async function fitHypersolvers(
  { classifier, ends, images, preset }: ImageStage,
  options: ExperimentOptions,
): Promise<Readonly<Record<string, KeptFit>>> {
  const { seed } = options;
  const { correction: architecture } = preset;
  const { span } = classifier.architecture;
  const states = encodedImages(ends, images);
  const jobs = imageHypersolvers(architecture).map(
    ({ name, file, fit }): FitJob => ({
      ...{ name, file },
      settings: {
        ...{ name, architecture, fit: preset.fit, heldOut: preset.batch, seed },
        data: images.description,
      },
      request: {
        ...{ field: classifier.field, title: `${name} of ${preset.architecture}` },
        ...{ heldOut: preset.batch, budget: [EVALUATIONS] },
        spec: { ...fit, ...preset.fit, span, seed },
        states,
      },
    }),
  );
  return fitEach(jobs, options);
}

/** What was fitted, ready for solvers. */
export const correctionsOf = (
  fits: Readonly<Record<string, KeptFit>>,
  architecture: ImagePreset["correction"],
): ImageCorrections =>
  Object.fromEntries(
    imageHypersolvers(architecture).flatMap(({ name, fit: { steps } }) => {
      const run = fits[name];
      return run === undefined ? [] : [[name, { correction: run.correction, steps }]];
    }),
  );
