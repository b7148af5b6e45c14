import { type Figure, type ParetoSeries, paretoFronts } from "../../plot/index.js";
import { isBroken } from "../../tensor/index.js";
import { methodSeries } from "../kit/method-series.js";
import type { ImageQuality, ImageQualityRow } from "./image-quality.js";

/** Errors of all methods against evaluations, multiply–accumulates and milliseconds (figure 5 of the paper). */
export function imageFronts(all: readonly ImageQualityRow[]): Figure[] {
  const rows = all.flatMap((row) => (isBroken(row) ? [] : [row]));
  if (rows.length === 0) return [];
  const front = (value: (row: ImageQuality) => number): ParetoSeries[] =>
    methodSeries(rows, value)
      .map((series) => ({ ...series, points: series.points.filter(({ error }) => error > 0) }))
      .filter(({ points }) => points.length > 0);
  return [
    paretoFronts(
      front(({ relative }) => relative.mean),
      {
        name: "pareto-relative",
        title: "Relative error against cost",
        errorLabel: "relative error",
        caption: "Mean distance at the end of the span over the mean norm; MACs and times count f and g.",
      },
    ),
    paretoFronts(
      front(({ mape }) => mape.mean),
      {
        name: "pareto-mape",
        title: "MAPE against cost",
        errorLabel: "MAPE (%)",
        caption:
          "Mean absolute percentage error of the states at the end of the span, as in the paper's figure 5.",
      },
    ),
    ...accuracyFront(front, rows[0]?.images ?? 0),
  ];
}

/** Where no method loses an image there is nothing to draw. Losses below one image in all are not to be seen. */
function accuracyFront(
  front: (value: (row: ImageQuality) => number) => ParetoSeries[],
  images: number,
): Figure[] {
  const smallest = 100 / images;
  const series = front(({ accuracyLoss: { mean } }) => Math.max(mean, smallest / 2));
  if (series.every(({ points }) => points.every(({ error }) => error < smallest))) return [];
  return [
    paretoFronts(series, {
      name: "pareto-accuracy",
      title: "Loss of accuracy against cost",
      errorLabel: "points of accuracy lost",
      caption: `Accuracy of the reference solution minus the method's, over ${images} test images. Losses of nothing, and gains, are drawn at half an image.`,
    }),
  ];
}
