import { type Figure, renderPng, renderSvg, seriesCurve } from "../../plot/index.js";
import { fail } from "../../tensor/index.js";
import type { Artefact } from "../artefact.js";
import type { Experiment } from "../experiment.js";
import type { ImageCorrection } from "./fit-hypersolvers.js";
import { imageFronts } from "./image-fronts.js";
import { imagesReport, imagesSummary } from "./images-report.js";
import { cifar10Presets, type ImagePresets, mnistPresets } from "./presets.js";
import { type ImageRun, runImages } from "./run-images.js";

/** Section 4.1 of the paper on one data set. */
function imageExperiment(
  dataset: NonNullable<Experiment["dataset"]>,
  title: string,
  presets: ImagePresets,
  correction: ImageCorrection,
): Experiment {
  return {
    ...{ name: dataset, title, dataset },
    run: async (options) => {
      const { images } = options;
      if (images === undefined)
        throw fail("INVALID_ARGUMENT", { what: "images", expected: `those of ${dataset}`, received: "none" });
      const run = await runImages(images, correction, presets[options.preset], options);
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

/** Neural ODE classifiers of digits, and hypersolvers of 10 evaluations for them. */
export const mnist: Experiment = imageExperiment(
  "mnist",
  "A Neural ODE classifier of MNIST's digits, and hypersolvers of 10 evaluations",
  mnistPresets,
  "mnist-paper",
);

/** The same on small photographs. */
export const cifar10: Experiment = imageExperiment(
  "cifar10",
  "A Neural ODE classifier of CIFAR-10's photographs, and hypersolvers of 10 evaluations",
  cifar10Presets,
  "cifar10-paper",
);

async function drawnArtefacts({ metrics, maps }: ImageRun): Promise<Artefact[]> {
  const images = metrics.fits === undefined ? 0 : (metrics.quality?.[0]?.accuracy.n ?? 0);
  const figures: Figure[] = [
    ...(maps === undefined ? [] : [maps]),
    ...(metrics.quality === undefined ? [] : imageFronts(metrics.quality, images)),
    trainingFigure(metrics),
  ];
  const drawn: { figure: Figure; svg: string }[] = [];
  for (const figure of figures) drawn.push({ figure, svg: await renderSvg(figure) });
  const files = drawn.flatMap(({ figure, svg }): Artefact[] => [
    { path: `figures/${figure.name}.svg`, content: svg },
    { path: `figures/${figure.name}.png`, content: renderPng(svg) },
  ]);
  return [...files, { path: "report.html", content: imagesReport(metrics, drawn) }];
}

function trainingFigure({ training }: ImageRun["metrics"]): Figure {
  const { curve } = training;
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
