import { type Figure, renderSvg, seriesCurve } from "../../plot/index.js";
import { fail } from "../../tensor/index.js";
import type { Artefact } from "../kit/artefact.js";
import type { Experiment, Preset } from "../kit/experiment.js";
import { alphaFigure } from "./alpha-family.js";
import { trainedByAuthors } from "./authors-classifier.js";
import { imageFronts } from "./image-fronts.js";
import { imagesReport, imagesSummary } from "./images-report.js";
import {
  cifar10Presets,
  type ImagePreset,
  type ImagePresets,
  mnistAuthorsPresets,
  mnistPresets,
  type TrainedImagePreset,
} from "./presets.js";
import { type ImageRun, runImages } from "./run-images.js";
import { type ClassifierSource, trainedHere } from "./train-stage.js";

interface ImageExperiment extends Pick<Experiment, "name" | "title"> {
  readonly dataset: NonNullable<Experiment["dataset"]>;
  /** What a preset spends, and where its classifier comes from. */
  recipe(preset: Preset): { readonly settings: ImagePreset; readonly source: ClassifierSource };
}

/** Section 4.1 of the paper with one classifier. */
function imageExperiment({ name, title, dataset, recipe }: ImageExperiment): Experiment {
  return {
    ...{ name, title, dataset, parallel: "batch" },
    run: async (options) => {
      const { images } = options;
      if (images === undefined)
        throw fail("INVALID_ARGUMENT", { what: "images", expected: `those of ${dataset}`, received: "none" });
      const { settings, source } = recipe(options.preset);
      const run = await runImages(images, settings, source, options);
      const { metrics } = run;
      return {
        ...{ summary: imagesSummary(metrics), metrics, status: metrics.status },
        artefacts: [
          ...run.artefacts,
          { path: "metrics.json", content: `${JSON.stringify(metrics, undefined, 2)}\n` },
          ...(await drawnArtefacts(run)),
        ],
      };
    },
  };
}

const trainedBy =
  (presets: ImagePresets<TrainedImagePreset>): ImageExperiment["recipe"] =>
  (preset) => ({ settings: presets[preset], source: trainedHere(presets[preset]) });

/** Neural ODE classifiers of digits, and hypersolvers of 10 evaluations for them. */
export const mnist: Experiment = imageExperiment({
  ...{ name: "mnist", dataset: "mnist", recipe: trainedBy(mnistPresets) },
  title: "A Neural ODE classifier of MNIST's digits, and hypersolvers of 10 evaluations",
});

/** Hypersolvers for the classifier that the paper's authors trained. */
export const mnistAuthors: Experiment = imageExperiment({
  ...{ name: "mnist-authors", dataset: "mnist" },
  title: "The authors' Neural ODE classifier of MNIST's digits, and hypersolvers of 10 evaluations",
  recipe: (preset) => ({ settings: mnistAuthorsPresets[preset], source: trainedByAuthors }),
});

/** Neural ODE classifiers of small photographs, and hypersolvers of 10 evaluations for them. */
export const cifar10: Experiment = imageExperiment({
  ...{ name: "cifar10", dataset: "cifar10", recipe: trainedBy(cifar10Presets) },
  title: "A Neural ODE classifier of CIFAR-10's photographs, and hypersolvers of 10 evaluations",
});

async function drawnArtefacts({ metrics, maps }: ImageRun): Promise<Artefact[]> {
  const { quality, alphas = [], training } = metrics;
  const figures: Figure[] = [
    maps,
    ...(quality === undefined ? [] : imageFronts(quality)),
    alphaFigure(alphas),
    training && trainingFigure(training),
  ].filter((figure) => figure !== undefined);
  const drawn: { figure: Figure; svg: string }[] = [];
  for (const figure of figures) drawn.push({ figure, svg: await renderSvg(figure) });
  const files = drawn.map(({ figure, svg }) => ({ path: `figures/${figure.name}.svg`, content: svg }));
  return [...files, { path: "report.html", content: imagesReport(metrics, drawn) }];
}

function trainingFigure({ curve }: NonNullable<ImageRun["metrics"]["training"]>): Figure {
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
      ...{ name: "accuracy", title: "Accuracy in training", valueLabel: "accuracy (%)" },
      caption: "Of training batches before the step that used them, and of validation images.",
    },
  );
}
