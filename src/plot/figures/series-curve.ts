import { type Figure, type FigureText, requireMethods, sentences } from "../figure.js";
import { curveLayers, thinningNote, valueAxis } from "../parts/curve-layers.js";
import { formatNumber } from "../parts/format.js";
import { iterationAxis } from "../parts/iteration-axis.js";
import { methodChannel } from "../parts/method-channel.js";
import { type Level, thinCurve, type ValueCurve } from "../parts/thin-curve.js";
import type { TopLevelSpec } from "../parts/vega-lite.js";

/** How a quantity over training is drawn. */
export interface SeriesCurveOptions extends FigureText {
  /** What the values are, with their unit: the title of the vertical axis. Default `"value"`. */
  readonly valueLabel?: string;
  /** What they are ordered by: the title of the horizontal axis. Default `"iteration"`. */
  readonly axisLabel?: string;
  /** Default `"linear"`. */
  readonly scale?: "linear" | "log";
  /** A value to compare with, such as the entropy of the data: a dashed line. */
  readonly level?: Level | undefined;
  /** Points left of a long curve; each is the median of its stretch, within a band from 5 % to 95 %. Default 200. */
  readonly resolution?: number;
  /** Width and height of the plot in CSS pixels. Default 560 × 260. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Any quantity against iteration, such as NFE or negative log-likelihood during training; for losses see
 * `trainingCurve`. Long curves are thinned to medians of equal stretches, with a faint band for the spread within a
 * stretch. Values that have no place on the axis are dropped and counted.
 *
 * @throws INVALID_ARGUMENT if there is no curve, a curve has no value that can be drawn, lengths differ, or
 *   labels repeat.
 */
export function seriesCurve(curves: readonly ValueCurve[], options: SeriesCurveOptions = {}): Figure {
  requireMethods("series curve", curves);
  const {
    valueLabel = "value",
    axisLabel = "iteration",
    scale = "linear",
    level,
    resolution = 200,
    width = 560,
  } = options;
  const thinned = curves.map((curve) => thinCurve(curve, { resolution, scale, quantity: "value" }));
  const rows = thinned.flatMap((curve) => curve.rows);
  const layer = curveLayers(rows, level, {
    x: iterationAxis(
      thinned.flatMap(({ ends }) => ends),
      axisLabel,
    ),
    y: valueAxis(scale, rows, level, valueLabel),
    color: methodChannel(curves, width),
  });
  const { name = "series", title = "Training" } = options;
  const last = thinned.map(
    ({ label, rows: own }) => `${label} ends at ${formatNumber(own.at(-1)?.value ?? Number.NaN)}`,
  );
  const notes = thinned.map(({ label, dropped }) =>
    dropped === 0
      ? ""
      : `${label}: ${formatNumber(dropped)} values without a place on the axis are not drawn.`,
  );
  const plain = sentences(`${last.join(", ")}.`, thinningNote(thinned));
  return {
    name,
    title,
    caption: sentences(options.caption ?? plain, ...notes),
    spec: { title, width, height: options.height ?? 260, layer } satisfies TopLevelSpec,
  };
}
