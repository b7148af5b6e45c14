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
import { defineExperiment, type Experiment, type LabeledImages } from "../kit/experiment.js";
import type { Run } from "../kit/run.js";
import {
  type ImageFlowFit,
  imageFlowFitStage,
  imageFlowFits,
  learnedKinds,
  methodOfFit,
} from "./image-flow-fits.js";
import {
  type ImageFlowMetrics,
  imageFlowFigures,
  imageFlowReport,
  imageFlowRows,
} from "./image-flow-report.js";
import { type ImageFlowSpec, imageFlowPresets, imageFlowTable } from "./image-flow-spec.js";
import { type ImageFlowQuality, imageFlowQuality } from "./image-quality.js";
import { imageFlowStage } from "./train-image-flow.js";

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
    const { field, ...training } = await run.stage(imageFlowStage(spec, images, seed));
    run.note({ training: { ...training, parameters: parametersOf(field), macs: fieldMacs(field) } });
    await run.file("field.onnx", encodeOnnx(bind(field.graph, field.parameters)));
    const fits = await fitAll(field, spec, run, seed);
    const { heldOut, tolerance, evaluations } = spec;
    const quality = await run.stage({
      name: "quality",
      settings: { heldOut, tolerance, evaluations, seed, data: images.description },
      inputs: fits.map(({ content }) => digest(content)),
      codec: jsonCodec<ImageFlowQuality>(),
      make: (context) =>
        imageFlowQuality(
          field,
          [...classical(field, evaluations), ...fits.map(competitor)],
          { test: images.test, heldOut, tolerance, seed },
          context,
        ),
    });
    run.note({ quality });
  },
  rows: imageFlowRows,
  report: (metrics, figures) => imageFlowReport(imageFlow.title, metrics, figures),
});

async function fitAll(
  field: Field,
  spec: ImageFlowSpec,
  run: Run<ImageFlowMetrics>,
  seed: number,
): Promise<ImageFlowFit[]> {
  const fits: ImageFlowFit[] = [];
  for (const job of imageFlowFits(spec, seed)) {
    const fitted = await run.stage(imageFlowFitStage(field, job));
    fits.push(fitted);
    run.note({ fits: fits.map(({ content: _, ...facts }) => facts) });
    await run.file(fitted.path, fitted.content);
  }
  return fits;
}

const competitor = (fit: ImageFlowFit): Competitor => ({
  method: methodOfFit(fit),
  title: learnedKinds[fit.kind],
  role: "hypersolver",
});

/** Every classical method that makes exactly so many evaluations. */
function classical(field: Field, evaluations: readonly number[]): Competitor[] {
  const ones = [
    ...[euler, midpoint, heun].map((tableau) => fixed(tableau, { steps: 1 })),
    multistep(multistepMethods.ab2, { steps: 1 }),
    multistep(exponentialMethods.dpmpp2m, { steps: 1 }),
  ];
  return ones.flatMap((one) => {
    const scheme = one.scheme(field);
    const within = (nfe: number): number[] =>
      Array.from({ length: nfe }, (_, i) => i + 1).filter((steps) => scheme.cost(steps).nfe === nfe);
    return evaluations
      .flatMap(within)
      .map((steps): Competitor => ({ method: one.withGrid({ steps }), role: "other" }));
  });
}

const parametersOf = ({ parameters }: Field): number =>
  Object.values(parameters).reduce((total, { data }) => total + data.length, 0);

function imagesOf(images: LabeledImages | undefined): LabeledImages {
  if (images !== undefined) return images;
  throw fail("INVALID_ARGUMENT", { what: "images", expected: "those of mnist", received: "none" });
}
