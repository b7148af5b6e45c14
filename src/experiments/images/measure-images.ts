import { imageRows } from "../../data/internal.js";
import { hyperRule, measuringReference } from "../../hypersolver/index.js";
import { midpoint, tableauRule } from "../../ode/index.js";
import type { Figure } from "../../plot/index.js";
import { isBroken, unlessItBreaks } from "../../tensor/index.js";
import { methodTitle } from "../fit/comparison.js";
import type { ExperimentOptions } from "../kit/experiment.js";
import { type AlphaResult, alphaFamily } from "./alpha-family.js";
import { errorMaps } from "./error-maps.js";
import type { ImageCorrections, ImageStage } from "./fit-hypersolvers.js";
import { EVALUATIONS, imageMethods } from "./image-methods.js";
import { type ImageQuality, type ImageQualityRequest, imageQuality } from "./image-quality.js";
import { type TestAccuracy, testAccuracies } from "./test-accuracy.js";

/** What a classifier's hypersolvers are worth on test images. */
export interface ImageMeasures {
  readonly quality: readonly ImageQuality[];
  readonly accuracies: readonly TestAccuracy[];
  /** HyperMidpoint's g on the other methods of its family. */
  readonly alphas: readonly AlphaResult[];
  /** Errors by mesh point; absent where a solve broke down. */
  readonly maps?: Figure;
}

/** Batches on which the family of two-stage methods is measured. */
const ALPHA_BATCHES = 2;

/** Measures states and classes against every other solver. @returns undefined when the signal came before the end. */
export async function measureImages(
  stage: ImageStage,
  corrections: ImageCorrections,
  options: ExperimentOptions,
): Promise<ImageMeasures | undefined> {
  const stopped = (): boolean => options.signal?.aborted === true;
  const { preset, classifier } = stage;
  const quality = await imageQuality({
    ...qualityRequest(stage, preset.fronts, options),
    methods: imageMethods(classifier.field, corrections),
  });
  if (stopped()) return undefined;
  const accuracies = await testAccuracies(stage, corrections, options);
  if (stopped()) return undefined;
  const alphas = await alphasOf(stage, corrections, options);
  if (stopped()) return undefined;
  const maps = await mapsOf(stage, corrections, options);
  if (stopped()) return undefined;
  return { quality, accuracies, alphas, ...(maps !== undefined && { maps }) };
}

function qualityRequest(
  { classifier, ends, images, preset }: ImageStage,
  count: number,
  { compile = {}, onProgress, signal }: ExperimentOptions,
): Omit<ImageQualityRequest, "methods"> {
  const [all] = images.test.shape;
  return {
    ...{ classifier, ends, batch: preset.batch, compile },
    images: imageRows(images.test, 0, Math.min(all, count)),
    reference: measuringReference(classifier.field),
    onMethod: (done, total) => onProgress?.({ phase: "measure", done, total }),
    ...(signal && { signal }),
  };
}

async function alphasOf(
  stage: ImageStage,
  corrections: ImageCorrections,
  options: ExperimentOptions,
): Promise<readonly AlphaResult[]> {
  const own = Object.values(corrections).find(({ correction }) => correction.base.name === midpoint.name);
  if (own === undefined) return [];
  return alphaFamily(qualityRequest(stage, ALPHA_BATCHES * stage.preset.batch, options), own);
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
  const maps = await unlessItBreaks(
    errorMaps({
      ...{ classifier, ends, images: images.test, rules, steps: EVALUATIONS },
      ...{ reference: measuringReference(field), compile },
    }),
  );
  return isBroken(maps) ? undefined : maps;
}
