import {
  type Classifier,
  type ClassifierStory,
  encodeClassifier,
  encodeClassifierState,
} from "../../models/index.js";
import type { Figure } from "../../plot/index.js";
import type { KeptFit } from "../fit/kept-fits.js";
import type { FitMetrics } from "../fit/run-fit.js";
import type { Artefact } from "../kit/artefact.js";
import type { ExperimentOptions, LabelledImages } from "../kit/experiment.js";
import { compileEnds } from "./classifier-ends.js";
import { correctionsOf, fitHypersolvers } from "./fit-hypersolvers.js";
import { imageHypersolvers } from "./image-methods.js";
import { type ImageMeasures, measureImages } from "./measure-images.js";
import type { ImagePreset } from "./presets.js";
import type { ClassifierSource, TrainStage } from "./train-stage.js";

/** What `metrics.json` holds. What follows the interruption of a run is absent. */
export interface ImageMetrics extends Partial<Omit<ImageMeasures, "maps">> {
  readonly data: string;
  readonly architecture: string;
  readonly preset: string;
  readonly seed: number;
  readonly command: string;
  readonly status: "complete" | "interrupted";
  /** Absent for a classifier that others trained. */
  readonly training?: NonNullable<TrainStage["trained"]>;
  /** By hypersolver. */
  readonly fits?: Readonly<Record<string, FitMetrics>>;
}

export interface ImageRun {
  readonly metrics: ImageMetrics;
  readonly artefacts: readonly Artefact[];
  /** Errors by mesh point, when there are fits. */
  readonly maps?: Figure;
}

/**
 * A Neural ODE classifier from training to hypersolvers of 10 evaluations: trains it, fits corrections on training
 * images, measures states and classes on test images against every other solver. Interrupted, it ends with the best
 * classifier so far, and the corrections.
 */
export async function runImages(
  images: LabelledImages,
  preset: ImagePreset,
  source: ClassifierSource,
  options: ExperimentOptions,
): Promise<ImageRun> {
  const { seed, command, compile = {} } = options;
  const isStopped = (): boolean => options.signal?.aborted === true;
  const { classifier, trained, training } = await source(images, preset, options);
  const { description: data } = images;
  const { architecture } = preset;
  const story = {
    ...{ data, architecture, preset: options.preset, seed, command },
    ...(trained && { training: trained }),
  };
  const about: ClassifierStory = {
    classes: images.training.classes,
    training,
    heldOutAccuracy: trained?.validationAccuracy,
  };
  const file = { path: "classifier.safetensors", content: encodeClassifierState(classifier, about) };
  await options.onLearned?.(file);
  if (trained?.status === "interrupted" || isStopped())
    return { artefacts: [file], metrics: { ...story, status: "interrupted" } };
  const ends = await compileEnds(classifier, compile);
  try {
    const stage = { classifier, ends, images, preset };
    const made = await fitHypersolvers(stage, options);
    const fits = Object.fromEntries(Object.entries(made).map(([name, { metrics }]) => [name, metrics]));
    const artefacts = [file, ...fitArtefacts(classifier, made, preset.correction, about)];
    const measured = isStopped()
      ? undefined
      : await measureImages(stage, correctionsOf(made, preset.correction), options);
    if (measured === undefined) return { artefacts, metrics: { ...story, fits, status: "interrupted" } };
    const { maps, ...measures } = measured;
    const metrics = { ...story, fits, ...measures, status: "complete" } as const;
    return { metrics, artefacts, ...(maps !== undefined && { maps }) };
  } finally {
    await ends.dispose();
  }
}

/** The corrections, and the whole classifier with each hypersolver in one file. */
function fitArtefacts(
  classifier: Classifier,
  fits: Readonly<Record<string, KeptFit>>,
  architecture: ImagePreset["correction"],
  about: ClassifierStory,
): Artefact[] {
  return imageHypersolvers(architecture).flatMap(({ name, file, fit: { steps } }): Artefact[] => {
    const run = fits[name];
    if (run === undefined) return [];
    const whole = encodeClassifier(classifier, { correction: run.correction, steps }, about);
    return [
      { path: file, content: run.content },
      { path: file.replace("correction", "classifier"), content: whole },
    ];
  });
}
