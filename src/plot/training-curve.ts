import { type Figure, type FigureText, type Layer, requireMethods, sentences } from "./figure.js";
import { formatNumber } from "./format.js";
import { logAxis } from "./log-axis.js";
import { type CurveRow, type LossCurve, type ThinCurve, thinCurve, usable } from "./loss-curve.js";
import { type MethodChannel, methodChannel } from "./method-channel.js";
import { extent } from "./numbers.js";
import { ink, sizes } from "./theme.js";

/** What a training curve shows besides losses. */
export interface TrainingCurveOptions extends FigureText {
  /** Loss that the noise of the labels alone explains: a dashed line. */
  readonly noiseFloor?: number;
  /** Learning rates, as a small panel below. Same form as a loss curve. */
  readonly learningRate?: Pick<LossCurve, "losses" | "iterations">;
  /** Points left of a long curve; each is the median of its stretch, within a band from 5 % to 95 %. Default 200. */
  readonly resolution?: number;
  /** Title of the vertical axis. Default `"loss"`. */
  readonly lossLabel?: string;
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
  const { resolution = 200, noiseFloor, width = 560 } = options;
  const thinned = curves.map((curve) => thinCurve(curve, resolution));
  const rows = thinned.flatMap((curve) => curve.rows);
  const rate =
    options.learningRate && thinCurve({ label: "learning rate", ...options.learningRate }, resolution);
  const ends = [...thinned, ...(rate === undefined ? [] : [rate])].flatMap((curve) => curve.ends);
  const lossPanel = {
    width,
    height: options.height ?? 260,
    layer: lossLayers(
      methodChannel(curves, width),
      rows,
      options.lossLabel ?? "loss",
      usable(noiseFloor),
      iterationAxis(ends, rate === undefined),
    ),
  };
  const panels =
    rate === undefined ? [lossPanel] : [lossPanel, ratePanel(rate, width, iterationAxis(ends, true))];
  const { name = "training", title = "Training" } = options;
  const thinning = thinned.some(({ stretch }) => stretch > 1)
    ? "Lines are medians over short stretches of iterations, bands hold 90% of them."
    : "";
  const last = thinned.map(
    ({ label, rows: own }) => `${label} ends at ${formatNumber(own.at(-1)?.value ?? Number.NaN)}`,
  );
  const floor = usable(noiseFloor) === undefined ? "" : `Noise floor ${formatNumber(noiseFloor ?? 0)}.`;
  const notes = thinned.map(({ label, dropped }) =>
    dropped === 0 ? "" : `${label}: ${dropped} losses that are not positive and finite are not drawn.`,
  );
  return {
    name,
    title,
    caption: sentences(options.caption ?? sentences(`${last.join(", ")}.`, floor, thinning), ...notes),
    spec: { title, vconcat: panels, spacing: 12, resolve: { scale: { x: "shared" } } },
  };
}

function lossLayers(
  color: MethodChannel,
  rows: readonly CurveRow[],
  lossTitle: string,
  noiseFloor: number | undefined,
  x: IterationAxis,
): Layer[] {
  const shown = rows.flatMap(({ low, high }) => [low, high]);
  const { scale, axis } = logAxis(noiseFloor === undefined ? shown : [...shown, noiseFloor], {
    margin: 0.04,
  });
  const y = { type: "quantitative", scale, axis, title: lossTitle } as const;
  const layers: Layer[] = [
    {
      data: { values: [...rows] },
      mark: { type: "area", fillOpacity: 0.16, aria: false },
      encoding: { x, y: { field: "low", ...y }, y2: { field: "high" }, color },
    },
    {
      data: { values: [...rows] },
      mark: { type: "line", strokeWidth: 1.7, strokeJoin: "round", aria: false },
      encoding: { x, y: { field: "value", ...y }, color },
    },
  ];
  return noiseFloor === undefined ? layers : [...layers, ...floorLayers(noiseFloor, y)];
}

/** A dashed line over the whole width with its name above the right end. */
function floorLayers(noiseFloor: number, y: object): Layer[] {
  const data = { values: [{ value: noiseFloor, text: `noise floor ${formatNumber(noiseFloor)}` }] };
  const encoding = { y: { field: "value", ...y } };
  return [
    { data, mark: { type: "rule", color: ink.muted, strokeDash: [5, 4], aria: false }, encoding },
    {
      data,
      mark: {
        type: "text",
        align: "right",
        baseline: "bottom",
        dy: -3,
        color: ink.muted,
        fontSize: sizes.label,
        aria: false,
      },
      encoding: { ...encoding, x: { value: "width" }, text: { field: "text" } },
    },
  ];
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

type IterationAxis = ReturnType<typeof iterationAxis>;

const labelExpr = "datum.value === 0 ? '0' : format(datum.value, '~s')";

/** The horizontal axis from the first iteration to the last. @param labelled false above another panel. */
function iterationAxis(ends: readonly number[], labelled: boolean) {
  const [first, last] = extent(ends) ?? [0, 1];
  const domain = [first <= last / 20 ? 0 : first, last > first ? last : first + 1];
  return {
    field: "iteration",
    type: "quantitative" as const,
    title: labelled ? "iteration" : null,
    scale: { domain, nice: false, zero: false },
    axis: { grid: false, labelExpr, tickCount: 6, labels: labelled },
  };
}
