import { hyper } from "../../hypersolver/index.js";
import { measuringReference } from "../../hypersolver/internal.js";
import { encodeClassifier, encodeClassifierState } from "../../models/index.js";
import { fixed } from "../../ode/index.js";
import { type Figure, seriesCurve } from "../../plot/index.js";
import { machineOf } from "../../runtime/internal.js";
import type { Table } from "../../spec/index.js";
import { fail } from "../../tensor/index.js";
import { fitStage } from "../fit/fit-stage.js";
import { digest } from "../kit/digest.js";
import { defineExperiment, type Experiment, type LabeledImages } from "../kit/experiment.js";
import type { Drawing, Run } from "../kit/run.js";
import { alphaFigures } from "./alpha-family.js";
import { trainedByAuthors } from "./authors-classifier.js";
import { compileEnds } from "./classifier-ends.js";
import { errorMaps } from "./error-maps.js";
import { imageFitJobs } from "./image-fits.js";
import { imageFronts } from "./image-fronts.js";
import { EVALUATIONS, type ImageCorrections } from "./image-methods.js";
import type { ImageMetrics } from "./image-metrics.js";
import { imageTable, trainedImageTable } from "./image-table.js";
import { imageRowsOf, imagesReport } from "./images-report.js";
import { measureImages } from "./measure-images.js";
import {
  cifar10Presets,
  type ImagePreset,
  type ImagePresets,
  mnistAuthorsPresets,
  mnistPresets,
  type TrainedImagePreset,
} from "./presets.js";
import { type ClassifierSource, type StudiedClassifier, trainedHere } from "./train-stage.js";

export interface ImageExperiment<P extends ImagePreset> extends Pick<Experiment, "name" | "title"> {
  readonly dataset: NonNullable<Experiment["dataset"]>;
  readonly presets: ImagePresets<P>;
  readonly table: Table;
  /** Where a preset's classifier comes from. */
  source(preset: P): ClassifierSource;
}

/**
 * Section 4.1 of the paper with one classifier, from training to hypersolvers of 10 evaluations: trains it, fits
 * corrections on training images, measures states and classes on test images against every other solver.
 */
export function imageExperiment<P extends ImagePreset>({
  source,
  ...facts
}: ImageExperiment<P>): Experiment<P> {
  return defineExperiment<P, ImageMetrics>({
    ...facts,
    parallel: "batch",
    run: async (preset, run, { images, seed, command }) => {
      if (images === undefined)
        throw fail("INVALID_ARGUMENT", {
          what: "images",
          expected: `those of ${facts.dataset}`,
          received: "none",
        });
      run.note({ data: images.description, architecture: preset.architecture });
      const studied = await source(preset)({ images, preset, seed }, run, async (found) => {
        const { classifier, trained } = found;
        if (trained !== undefined) run.note({ training: trained });
        await run.file("classifier.safetensors", encodeClassifierState(classifier, storyOf(images, found)));
      });
      await study(studied, { images, preset, seed, command }, run);
    },
    rows: imageRowsOf,
    report: imagesReport,
  });
}

interface ImageTask {
  readonly images: LabeledImages;
  readonly preset: ImagePreset;
  readonly seed: number;
  readonly command: string;
}

/** Fits the corrections of a classifier and measures them. */
async function study(
  studied: StudiedClassifier,
  { images, preset, ...request }: ImageTask,
  run: Run<ImageMetrics>,
): Promise<void> {
  const { classifier } = studied;
  const corrections: Record<string, ImageCorrections[string]> = {};
  const inputs: string[] = [];
  for (const drawing of drawings(studied, images, corrections, run)) run.picture(drawing);
  const ends = await compileEnds(classifier, machineOf(run.context));
  try {
    const stage = { classifier, ends, images, preset };
    for (const job of imageFitJobs(stage, request)) {
      const { correction, content, metrics } = await run.stage(fitStage(job, run.file));
      const { steps, name, file } = job;
      corrections[name] = { correction, steps };
      inputs.push(digest(content));
      run.note({ fits: { ...run.found.fits, [name]: metrics } });
      await run.file(file, content);
      const whole = encodeClassifier(classifier, hyper(correction, { steps }), storyOf(images, studied));
      await run.file(file.replace("correction", "classifier"), whole);
    }
    await measureImages(stage, corrections, inputs, run);
  } finally {
    await ends.dispose();
  }
}

const storyOf = ({ training: { classes } }: LabeledImages, { training, trained }: StudiedClassifier) => ({
  classes,
  training,
  heldOutAccuracy: trained?.validationAccuracy,
});

/** Every figure of a run, most telling first. */
function drawings(
  { classifier }: StudiedClassifier,
  images: LabeledImages,
  corrections: ImageCorrections,
  run: Run<ImageMetrics>,
): Drawing[] {
  const { field } = classifier;
  const maps = async (): Promise<Figure[]> => {
    const first = Object.entries(corrections).find(([, { steps }]) => steps === EVALUATIONS);
    if (first === undefined || run.found.alphas === undefined) return [];
    const [name, { correction }] = first;
    const alone = fixed(correction.base, { steps: EVALUATIONS });
    const methods = { [alone.title]: alone, [name]: hyper(correction, { steps: EVALUATIONS }) };
    const reference = measuringReference(field);
    const request = { classifier, images: images.test, methods, steps: EVALUATIONS, reference };
    return [await errorMaps(request, machineOf(run.context))];
  };
  return [
    maps,
    () => (run.found.quality === undefined ? [] : imageFronts(run.found.quality)),
    () => alphaFigures(run.found.alphas ?? []),
    () => (run.found.training === undefined ? [] : [trainingFigure(run.found.training)]),
  ];
}

/** Neural ODE classifiers of digits, and hypersolvers of 10 evaluations for them. */
export const mnist: Experiment<TrainedImagePreset> = imageExperiment<TrainedImagePreset>({
  name: "mnist",
  title: "A Neural ODE classifier of MNIST's digits, and hypersolvers of 10 evaluations",
  dataset: "mnist",
  presets: mnistPresets,
  table: trainedImageTable,
  source: trainedHere,
});

/** Hypersolvers for the classifier that the paper's authors trained. */
export const mnistAuthors: Experiment<ImagePreset> = /* @__PURE__ */ imageExperiment({
  name: "mnist-authors",
  title: "The authors' Neural ODE classifier of MNIST's digits, and hypersolvers of 10 evaluations",
  dataset: "mnist",
  presets: mnistAuthorsPresets,
  table: imageTable,
  source: () => trainedByAuthors,
});

/** Neural ODE classifiers of small photographs, and hypersolvers of 10 evaluations for them. */
export const cifar10: Experiment<TrainedImagePreset> = imageExperiment<TrainedImagePreset>({
  name: "cifar10",
  title: "A Neural ODE classifier of CIFAR-10's photographs, and hypersolvers of 10 evaluations",
  dataset: "cifar10",
  presets: cifar10Presets,
  table: trainedImageTable,
  source: trainedHere,
});

function trainingFigure({ curve }: ImageMetrics["training"]): Figure {
  const validated = curve.filter(({ validationAccuracy }) => Number.isFinite(validationAccuracy));
  return seriesCurve(
    [
      {
        label: "training batches",
        values: curve.map(({ accuracy }) => 100 * accuracy),
        iterations: curve.map(({ iteration }) => iteration),
      },
      {
        label: "validation",
        values: validated.map(({ validationAccuracy = Number.NaN }) => 100 * validationAccuracy),
        iterations: validated.map(({ iteration }) => iteration),
      },
    ].filter(({ values }) => values.length > 0),
    {
      name: "accuracy",
      title: "Accuracy in training",
      valueLabel: "accuracy (%)",
      caption: "Of training batches before the step that used them, and of validation images.",
    },
  );
}
