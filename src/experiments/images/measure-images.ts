import { imageRows } from "../../data/internal.js";
import { measuringReference } from "../../hypersolver/internal.js";
import { type Classifier, encodeClassifierState } from "../../models/index.js";
import { midpoint } from "../../ode/index.js";
import { jsonCodec } from "../kit/codec.js";
import type { BrokenRow } from "../kit/contest.js";
import { digest } from "../kit/digest.js";
import type { LabeledImages } from "../kit/experiment.js";
import type { Run } from "../kit/run.js";
import { type AlphaResult, alphaFamily } from "./alpha-family.js";
import type { ClassifierEnds } from "./classifier-ends.js";
import { type ImageCorrections, imageMethods } from "./image-methods.js";
import { type ImageQualityRequest, type ImageQualityRow, imageQuality } from "./image-quality.js";
import type { ImagePreset } from "./presets.js";
import { type TestAccuracy, testAccuracies } from "./test-accuracy.js";

/** A trained classifier with what it is studied on. */
export interface ImageStage {
  readonly classifier: Classifier;
  readonly ends: ClassifierEnds;
  readonly images: LabeledImages;
  readonly preset: ImagePreset;
}

/** What a classifier's hypersolvers are worth on test images. */
export interface ImageMeasures {
  readonly quality: readonly ImageQualityRow[];
  readonly accuracies: readonly (TestAccuracy | BrokenRow)[];
  /** HyperMidpoint's g on the other methods of its family. */
  readonly alphas: readonly AlphaResult[];
}

/** Batches on which the family of two-stage methods is measured. */
const ALPHA_BATCHES = 2;

/**
 * Measures states and classes against every other solver, a stage each, noted as they are made.
 * @param fits digests of the corrections.
 */
export async function measureImages(
  { classifier, ends, images, preset }: ImageStage,
  corrections: ImageCorrections,
  fits: readonly string[],
  run: Run<ImageMeasures>,
): Promise<void> {
  const [all] = images.test.shape;
  const { batch, fronts, test } = preset;
  const state = encodeClassifierState(classifier, { classes: [], training: "" });
  const of = {
    settings: { batch, fronts, test, data: images.description },
    inputs: [digest(state), ...fits],
  };
  const testImages = (count: number) => imageRows(images.test, 0, Math.min(all, count));
  const request = (count: number): Omit<ImageQualityRequest, "methods"> => ({
    classifier,
    ends,
    batch,
    images: testImages(count),
    reference: measuringReference(classifier.field),
  });
  const quality = await run.stage({
    ...of,
    name: "quality",
    codec: jsonCodec<ImageMeasures["quality"]>(),
    make: (context) => imageQuality({ ...request(fronts), methods: imageMethods(corrections) }, context),
  });
  run.note({ quality });
  const accuracies = await run.stage({
    ...of,
    name: "accuracies",
    codec: jsonCodec<ImageMeasures["accuracies"]>(),
    make: (context) => testAccuracies({ classifier, corrections, images: testImages(test), batch }, context),
  });
  run.note({ accuracies });
  const own = Object.values(corrections).find(({ correction }) => correction.base.name === midpoint.name);
  const alphas = await run.stage({
    ...of,
    name: "alphas",
    codec: jsonCodec<ImageMeasures["alphas"]>(),
    make: async (context) =>
      own === undefined ? [] : alphaFamily(request(ALPHA_BATCHES * batch), own, context),
  });
  run.note({ alphas });
}
