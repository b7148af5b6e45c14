import {
  type Figure,
  type FigureText,
  type Method,
  type NumberList,
  requireMethods,
  sentences,
} from "../figure.js";
import { curveLayers, thinningNote, valueAxis } from "../parts/curve-layers.js";
import { formatNumber } from "../parts/format.js";
import { type IterationAxis, iterationAxis } from "../parts/iteration-axis.js";
import { logAxis } from "../parts/log-axis.js";
import { methodChannel } from "../parts/method-channel.js";
import { ink } from "../parts/theme.js";
import { hasPlace, type Level, type ThinCurve, thinCurve } from "../parts/thin-curve.js";
import type { TopLevelSpec } from "../parts/vega-lite.js";

/** Loss by iteration. */
export interface LossCurve extends Method {
  /** Positive losses, shape [n]. */
  readonly losses: NumberList;
  /** Iteration of each loss, ascending, shape [n]. Default 1 … n. */
  readonly iterations?: NumberList;
}

/** What a training curve shows besides losses. */
export interface TrainingCurveOptions extends FigureText {
  /** Loss that the noise of the labels alone explains: a dashed line. */
  readonly noiseFloor?: number | undefined;
  /** Learning rates, as a small panel below. Same form as a loss curve. */
  readonly learningRate?: Pick<LossCurve, "losses" | "iterations">;
  /** Points left of a long curve; each is the median of its stretch, within a band from 5 % to 95 %. Default 200. */
  readonly resolution?: number;
  /** Title of the vertical axis. Default `"loss"`. */
  readonly lossLabel?: string | undefined;
  /** Width and height of the loss panel in CSS pixels. Default 560 × 260. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Loss against iteration, loss logarithmic. Long curves are thinned to medians of equal stretches, with a faint
 * band for the spread within a stretch. Losses that are not positive and finite are dropped and counted.
 *
 * @throws INVALID_ARGUMENT if there is no curve, a curve has no positive finite loss, lengths differ,
 *   or labels repeat.
 */
export function trainingCurve(curves: readonly LossCurve[], options: TrainingCurveOptions = {}): Figure {
  requireMethods("training curve", curves);
  const { resolution = 200, width = 560, learningRate } = options;
  const thin = ({ losses, ...curve }: LossCurve, quantity: string): ThinCurve =>
    thinCurve({ ...curve, values: losses }, { resolution, scale: "log", quantity });
  const thinned = curves.map((curve) => thin(curve, "loss"));
  const rows = thinned.flatMap((curve) => curve.rows);
  const rate = learningRate && thin({ label: "learning rate", ...learningRate }, "learning rate");
  const ends = [...thinned, ...(rate === undefined ? [] : [rate])].flatMap((curve) => curve.ends);
  const floor = floorOf(options.noiseFloor);
  const lossPanel = {
    width,
    height: options.height ?? 260,
    layer: curveLayers(rows, floor, {
      x: iterationAxis(ends, rate === undefined ? undefined : null),
      y: valueAxis("log", rows, floor, options.lossLabel ?? "loss"),
      color: methodChannel(curves, width),
    }),
  };
  const panels = rate === undefined ? [lossPanel] : [lossPanel, ratePanel(rate, width, iterationAxis(ends))];
  const { name = "training", title = "Training" } = options;
  const last = thinned.map(
    ({ label, rows: own }) => `${label} ends at ${formatNumber(own.at(-1)?.value ?? Number.NaN)}`,
  );
  const floorNote = floor === undefined ? "" : `Noise floor ${formatNumber(floor.value)}.`;
  const plain = sentences(`${last.join(", ")}.`, floorNote, thinningNote(thinned));
  const notes = thinned.map(({ label, dropped }) =>
    dropped === 0 ? "" : `${label}: ${dropped} losses that are not positive and finite are not drawn.`,
  );
  return {
    name,
    title,
    caption: sentences(options.caption ?? plain, ...notes),
    spec: { title, vconcat: panels, spacing: 12, resolve: { scale: { x: "shared" } } } satisfies TopLevelSpec,
  };
}

/** The noise floor as a level, if it has a place on the axis. */
function floorOf(value: number | undefined): Level | undefined {
  if (value === undefined || !hasPlace(value, "log")) return undefined;
  return { value, label: `noise floor ${formatNumber(value)}` };
}

/** The learning rate, below. */
function ratePanel({ rows }: ThinCurve, width: number, x: IterationAxis) {
  const { scale, axis } = logAxis(
    rows.map(({ value }) => value),
    { most: 3 },
  );
  return {
    width,
    height: 70,
    data: { values: [...rows] },
    mark: { type: "line", color: ink.muted, strokeWidth: 1.5, aria: false },
    encoding: {
      x,
      y: { field: "value", type: "quantitative", scale, axis, title: "learning rate" },
    },
  } as const;
}
