import { imageRows } from "../../data/index.js";
import { hyperRule, measuringReference } from "../../hypersolver/index.js";
import {
  type Classifier,
  type ClassifierStory,
  encodeClassifier,
  encodeClassifierState,
} from "../../models/index.js";
import { tableauRule } from "../../ode/index.js";
import type { Figure } from "../../plot/index.js";
import type { Artefact } from "../artefact.js";
import { methodTitle } from "../comparison.js";
import type { ExperimentOptions, LabelledImages } from "../experiment.js";
import type { FitMetrics } from "../run-fit.js";
import { compileEnds } from "./classifier-ends.js";
import { errorMaps } from "./error-maps.js";
import {
  correctionsOf,
  fitHypersolvers,
  type ImageCorrections,
  type ImageStage,
} from "./fit-hypersolvers.js";
import { EVALUATIONS, imageHypersolvers, imageMethods } from "./image-methods.js";
import { type ImageQuality, imageQuality } from "./image-quality.js";
import type { ImageFit } from "./kept-fits.js";
import type { ImagePreset } from "./presets.js";
import { type TestAccuracy, testAccuracies } from "./test-accuracy.js";
import type { ClassifierSource, TrainStage } from "./train-stage.js";

/** What `metrics.json` holds. What follows the interruption of a run is absent. */
export interface ImageMetrics {
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
  readonly quality?: readonly ImageQuality[];
  readonly accuracies?: readonly TestAccuracy[];
}

export interface ImageRun {
  readonly metrics: ImageMetrics;
  readonly artefacts: readonly Artefact[];
  /** Errors by mesh point, when there are fits. */
  readonly maps?: Figure;
}

/**
 * A Neural ODE classifier from training to hypersolvers of 10 evaluations: trains it, fits corrections on training
 * images, measures states and classes on test images against every other solver. Interrupted while it trains or fits, it
 * ends with the best classifier so far, and the corrections.
 */
export async function runImages(
  images: LabelledImages,
  preset: ImagePreset,
  source: ClassifierSource,
  options: ExperimentOptions,
): Promise<ImageRun> {
  const { seed, command, compile = {}, signal } = options;
  const isStopped = (): boolean => signal?.aborted === true;
  const { classifier, trained, training } = await source(images, preset, options);
  const { description: data } = images;
  const { architecture } = preset;
  const story = {
    ...{ data, architecture, preset: options.preset, seed, command },
    ...(trained && { training: trained }),
  };
  const about: ClassifierStory = { classes: images.training.classes, training };
  const file = { path: "classifier.safetensors", content: encodeClassifierState(classifier, about) };
  if (trained?.status === "interrupted" || isStopped())
    return { artefacts: [file], metrics: { ...story, status: "interrupted" } };
  const ends = await compileEnds(classifier, compile);
  try {
    const stage = { classifier, ends, images, preset };
    const fits = await fitHypersolvers(stage, options);
    const ofFits = Object.fromEntries(Object.entries(fits).map(([name, { metrics }]) => [name, metrics]));
    const artefacts = [file, ...fitArtefacts(classifier, fits, preset.correction, about)];
    if (isStopped()) return { artefacts, metrics: { ...story, fits: ofFits, status: "interrupted" } };
    const corrections = correctionsOf(fits, preset.correction);
    const quality = await qualityOf(stage, corrections, options);
    const accuracies = await testAccuracies(stage, corrections, options);
    const maps = await mapsOf(stage, corrections, options);
    return {
      metrics: { ...story, fits: ofFits, quality, accuracies, status: "complete" },
      artefacts,
      ...(maps !== undefined && { maps }),
    };
  } finally {
    await ends.dispose();
  }
}

async function qualityOf(
  { classifier, ends, images, preset }: ImageStage,
  corrections: ImageCorrections,
  { compile = {}, onProgress }: ExperimentOptions,
): Promise<ImageQuality[]> {
  const [count] = images.test.shape;
  return imageQuality({
    ...{ classifier, ends, batch: preset.batch, compile },
    images: imageRows(images.test, 0, Math.min(count, preset.fronts)),
    methods: imageMethods(classifier.field, corrections),
    reference: measuringReference(classifier.field),
    onMethod: (done, total) => onProgress?.({ phase: "measure", done, total }),
  });
}

/** The first hypersolver and its base. */
async function mapsOf(
  { classifier, ends, images }: ImageStage,
  corrections: ImageCorrections,
  { compile = {} }: ExperimentOptions,
): Promise<Figure | undefined> {
  const { field } = classifier;
  const first = Object.entries(corrections).find(([, { steps }]) => steps === EVALUATIONS);
  if (first === undefined) return undefined;
  const [name, { correction }] = first;
  const { base } = correction;
  const rules = {
    [methodTitle(base.name)]: tableauRule(field, base),
    [name]: hyperRule(field, correction),
  };
  return errorMaps({
    ...{ classifier, ends, images: images.test, rules, steps: EVALUATIONS },
    ...{ reference: measuringReference(field), compile },
  });
}

/** The corrections, and the whole classifier with each hypersolver in one file. */
function fitArtefacts(
  classifier: Classifier,
  fits: Readonly<Record<string, ImageFit>>,
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
