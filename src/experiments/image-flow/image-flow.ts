import { bind, encodeOnnx } from "../../graph/index.js";
import {
  euler,
  exponentialMethods,
  type Field,
  fieldMacs,
  fixed,
  heun,
  midpoint,
  multistep,
  multistepMethods,
} from "../../ode/index.js";
import { fail } from "../../tensor/index.js";
import { jsonCodec } from "../kit/codec.js";
import type { Competitor } from "../kit/competitor.js";
import { digest } from "../kit/digest.js";
import { exactCompetitors } from "../kit/exact-competitors.js";
import { defineExperiment, type Experiment, type LabeledImages } from "../kit/experiment.js";
import { entrantCompetitor, fitEntrants } from "../learned/fit-entrants.js";
import { digitsCase } from "./digits-case.js";
import {
  type ImageFlowMetrics,
  imageFlowFigures,
  imageFlowReport,
  imageFlowRows,
} from "./image-flow-report.js";
import { type ImageFlowSpec, imageFlowPresets, imageFlowTable } from "./image-flow-spec.js";
import { type ImageFlowQuality, imageFlowQuality } from "./image-quality.js";
import { imageFlowStage, shippedFlow } from "./train-image-flow.js";

/** Flow matching on digits by a U-Net, and every way to solve it in few evaluations. */
export const imageFlow: Experiment<ImageFlowSpec> = /* @__PURE__ */ defineExperiment<
  ImageFlowSpec,
  ImageFlowMetrics
>({
  name: "image-flow",
  title: "A flow of MNIST's digits by a U-Net, in few evaluations",
  dataset: "mnist",
  presets: imageFlowPresets,
  table: imageFlowTable,
  parallel: "batch",
  run: async (spec, run, { seed, images: given }) => {
    const images = imagesOf(given);
    run.picture(() => imageFlowFigures(run.found));
    const isShipped = spec.trainingIterations === 0;
    const { field, ...training } = isShipped
      ? await shippedFlow()
      : await run.stage(imageFlowStage(spec, images, seed));
    run.note({ training: { ...training, parameters: parametersOf(field), macs: fieldMacs(field) } });
    await run.file("field.onnx", encodeOnnx(bind(field.graph, field.parameters)));
    const { heldOut, tolerance, evaluations } = spec;
    const site = digitsCase(field, tolerance);
    const fits = await fitEntrants(site, learnedSpec(spec), run, seed);
    const quality = await run.stage({
      name: "quality",
      settings: { heldOut, tolerance, evaluations, seed, data: images.description },
      inputs: fits.map(({ content }) => digest(content)),
      codec: jsonCodec<ImageFlowQuality>(),
      make: (context) =>
        imageFlowQuality(
          field,
          [...classical(field, evaluations), ...fits.map((fit) => entrantCompetitor(site, fit))],
          { test: images.test, heldOut, tolerance, seed },
          context,
        ),
    });
    run.note({ quality });
  },
  rows: imageFlowRows,
  report: (metrics, figures) => imageFlowReport(imageFlow.title, metrics, figures),
});

/** The same in the options of the experiment with learned solvers. */
const learnedSpec = ({ evaluations, corrected, coefficientIterations, ...rest }: ImageFlowSpec) => ({
  ...rest,
  evaluations: corrected,
  coefficientsOnly: evaluations,
  coefficientIterations,
  settlingIterations: Math.ceil(coefficientIterations / 2),
  families: ["coefficients", "correction", "both"] as const,
});

/** Every classical method that makes exactly so many evaluations. */
function classical(field: Field, evaluations: readonly number[]): Competitor[] {
  const inOneStep = [
    ...[euler, midpoint, heun].map((tableau) => fixed(tableau, { steps: 1 })),
    multistep(multistepMethods.ab2, { steps: 1 }),
    multistep(exponentialMethods.dpmpp2m, { steps: 1 }),
  ];
  return exactCompetitors(field, inOneStep, evaluations);
}

const parametersOf = ({ parameters }: Field): number =>
  Object.values(parameters).reduce((total, { data }) => total + data.length, 0);

function imagesOf(images: LabeledImages | undefined): LabeledImages {
  if (images !== undefined) return images;
  throw fail("INVALID_ARGUMENT", { what: "images", expected: "those of mnist", received: "none" });
}
