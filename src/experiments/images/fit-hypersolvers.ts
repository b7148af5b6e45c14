import type { Correction } from "../../hypersolver/index.js";
import type { Classifier } from "../../models/index.js";
import { isHypersolversError } from "../../tensor/index.js";
import type { ExperimentOptions, LabelledImages } from "../experiment.js";
import { type FitRequest, type FitRun, runFit } from "../run-fit.js";
import type { ClassifierEnds } from "./classifier-ends.js";
import { encodedImages } from "./encoded-images.js";
import { EVALUATIONS, imageHypersolvers } from "./image-methods.js";
import { type ImageFit, imageFitOf, keptFits } from "./kept-fits.js";
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
  { seed, compile, command, onProgress, signal, checkpoints, resume }: ExperimentOptions,
): Promise<Readonly<Record<string, ImageFit>>> {
  const states = encodedImages(ends, images);
  const kept = checkpoints && keptFits(classifier.field, checkpoints);
  const fits: Record<string, ImageFit> = {};
  for (const { name, file, fit } of imageHypersolvers(preset.correction)) {
    if (signal?.aborted === true) break;
    const settings = {
      name,
      architecture: preset.correction,
      fit: preset.fit,
      heldOut: preset.batch,
      seed,
      data: images.description,
    };
    const before = resume === true ? await kept?.read(file, settings) : undefined;
    if (before !== undefined) {
      fits[name] = before;
      continue;
    }
    const run = await unlessInterrupted({
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
    if (run === undefined) break;
    fits[name] = imageFitOf(run);
    if (run.metrics.status === "complete") await kept?.write(file, settings, imageFitOf(run));
  }
  return fits;
}

/** Undefined where the signal comes before there is anything fitted. */
async function unlessInterrupted(request: FitRequest): Promise<FitRun | undefined> {
  try {
    return await runFit(request);
  } catch (error) {
    if (isHypersolversError(error, "INTERRUPTED")) return undefined;
    throw error;
  }
}

/** What was fitted, ready for solvers. */
export const correctionsOf = (
  fits: Readonly<Record<string, ImageFit>>,
  architecture: ImagePreset["correction"],
): ImageCorrections =>
  Object.fromEntries(
    imageHypersolvers(architecture).flatMap(({ name, fit: { steps } }) => {
      const run = fits[name];
      return run === undefined ? [] : [[name, { correction: run.correction, steps }]];
    }),
  );
