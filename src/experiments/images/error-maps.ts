import type { ImageSet } from "../../data/index.js";
import { imageRows } from "../../data/internal.js";
import { meshErrors, referenceStates } from "../../hypersolver/index.js";
import type { MeshPointError } from "../../hypersolver/internal.js";
import type { Classifier } from "../../models/index.js";
import { compileStem } from "../../models/internal.js";
import { type AdaptiveMethod, type FixedMethod, uniformMesh } from "../../ode/index.js";
import { type Figure, type ImageRow, imageGrid } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import type { MachineOptions } from "../../runtime/internal.js";
import { toFloat64 } from "../../tensor/index.js";

/** Images that are drawn, at most. */
const SAMPLES = 3;

export interface ErrorMapRequest {
  readonly classifier: Classifier;
  readonly images: ImageSet;
  /** Methods on the same mesh, by name. */
  readonly methods: Readonly<Record<string, FixedMethod>>;
  /** Steps of that mesh. */
  readonly steps: number;
  readonly reference: AdaptiveMethod;
}

/**
 * Absolute errors by mesh point, mean over channels, of some images by several methods on one color scale (figures 3, 4,
 * 9 and 10 of the paper).
 */
export async function errorMaps(request: ErrorMapRequest, compile: MachineOptions = {}): Promise<Figure> {
  const { classifier, images, methods, steps, reference } = request;
  const { field, architecture } = classifier;
  const count = Math.min(SAMPLES, images.shape[0]);
  const stem = await compileStem(classifier, compile);
  const samples = { z0: await stem.run(imageRows(images, 0, count)), controls: {} };
  await stem.dispose();
  const mesh = uniformMesh(architecture.span, steps);
  const exact = await referenceStates(field, mesh, samples, reference, compile);
  const byMethod: [string, readonly MeshPointError[]][] = [];
  for (const [name, method] of Object.entries(methods))
    byMethod.push([name, await meshErrors(field, method, architecture.span, samples, exact, compile)]);
  const labelOf = (sample: number): string => images.classes[images.labels[sample] ?? 0] ?? "";
  const rows = Array.from({ length: count }, (_, sample) =>
    byMethod.map(
      ([name, points]): ImageRow => ({
        label: `#${sample + 1} ${labelOf(sample)}: ${name}`,
        images: points.slice(1).map((point) => channelMean(point, sample)),
      }),
    ),
  ).flat();
  const [, , height = 1, width = 1] = samples.z0.shape;
  return imageGrid(rows, {
    name: "error-maps",
    title: "Absolute error by mesh point",
    valueLabel: "|error|",
    height,
    width,
    headings: mesh.slice(1).map((s) => `s = ${Number(s.toPrecision(3))}`),
    caption: `|z_k − z(s_k)|, mean over channels, of ${count} test images; one color scale; the small numbers are means of a picture.`,
  });
}

function channelMean({ absolute }: MeshPointError, sample: number): ImageRow["images"][number] {
  const [, channels = 1, height = 1, width = 1] = absolute.shape;
  const size = height * width;
  const values = toFloat64(absolute).subarray(sample * channels * size, (sample + 1) * channels * size);
  const mean = new Float64Array(size);
  for (const [i, value] of values.entries()) mean[i % size] = (mean[i % size] ?? 0) + value / channels;
  const whole = mean.reduce((total, value) => total + value / size, 0);
  return { values: mean, note: formatNumber(whole) };
}
