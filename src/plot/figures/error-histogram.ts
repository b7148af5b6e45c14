import { fail } from "../../tensor/index.js";
import {
  type Figure,
  type FigureText,
  type Method,
  type NumberList,
  requireMethods,
  sentences,
} from "../figure.js";
import { formatNumber } from "../parts/format.js";
import { logAxis } from "../parts/log-axis.js";
import { type MethodChannel, methodChannel } from "../parts/method-channel.js";
import { extent, quantile, short } from "../parts/numbers.js";
import type { Layer, TopLevelSpec } from "../parts/vega-lite.js";

/** Errors of one method, one number a sample. */
export interface ErrorSample extends Method {
  /** Euclidean errors ‖z − z_ref‖₂, shape [n]. */
  readonly errors: NumberList;
}

/** How errors are binned and drawn. */
export interface ErrorHistogramOptions extends FigureText {
  /** Cells of equal width in log₁₀(error), shared by all methods. Default 60. */
  readonly bins?: number;
  /** Title of the horizontal axis. Default `"error per sample"`. */
  readonly errorLabel?: string;
  /** Width and height of the plot in CSS pixels. Default 560 × 240. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Distributions of per-sample errors on a logarithmic axis with shared bins, one outline a method and a dashed
 * line at each median. Errors that are zero, NaN or infinite cannot be placed: they count in the caption.
 *
 * @throws INVALID_ARGUMENT if there is no method, a method has no positive finite error, or labels repeat.
 */
export function errorHistogram(samples: readonly ErrorSample[], options: ErrorHistogramOptions = {}): Figure {
  requireMethods("error histogram", samples);
  const positive = samples.map(positiveErrors);
  const logs = positive.map((errors) => errors.map(Math.log10));
  const [low, high] = extent(logs.flatMap((values) => Array.from(values))) ?? [-1, 0];
  const bins = options.bins ?? 60;
  const step = Math.max((high - low) / bins, 1e-3);
  const outline = samples.flatMap(({ label }, i) =>
    outlineOf(label, logs[i] ?? new Float64Array(), low, step, bins),
  );
  const medians = samples.map(({ label }, i) => ({
    method: label,
    error: short(quantile(positive[i] ?? [], 0.5)),
  }));
  const { width = 560, name = "error-histogram", title = "Distribution of errors" } = options;
  const notes = samples.map(({ label, errors }, i) => {
    const dropped = errors.length - (positive[i]?.length ?? 0);
    return dropped === 0
      ? ""
      : `${label}: ${formatNumber(dropped)} errors that are zero or not finite are not drawn.`;
  });
  const listed = medians.map(({ method, error }) => `${method} ${formatNumber(error)}`).join(", ");
  return {
    name,
    title,
    caption: sentences(
      options.caption ?? `Per-sample errors; dashed lines at the medians: ${listed}.`,
      ...notes,
    ),
    spec: {
      title,
      width,
      height: options.height ?? 240,
      layer: histogramLayers(
        methodChannel(samples, width),
        outline,
        medians,
        options.errorLabel ?? "error per sample",
      ),
    } satisfies TopLevelSpec,
  };
}

function histogramLayers(
  color: MethodChannel,
  outline: readonly Record<string, string | number>[],
  medians: readonly Record<string, string | number>[],
  errorLabel: string,
): Layer[] {
  const { scale, axis } = logAxis(
    outline.map(({ error }) => Number(error)),
    { margin: 0.02 },
  );
  const x = {
    field: "error",
    type: "quantitative",
    scale,
    axis: { ...axis, grid: false },
    title: errorLabel,
  } as const;
  const y = {
    field: "share",
    type: "quantitative",
    stack: null,
    title: "share of samples",
    axis: { format: "~%", tickCount: 4, domain: false, ticks: false },
  } as const;
  return [
    {
      data: { values: [...outline] },
      mark: { type: "area", interpolate: "step-after", fillOpacity: 0.16, aria: false },
      encoding: { x, y, color },
    },
    {
      data: { values: [...outline] },
      mark: { type: "line", interpolate: "step-after", strokeWidth: 1.6, strokeJoin: "round", aria: false },
      encoding: { x, y, color },
    },
    {
      data: { values: [...medians] },
      mark: { type: "rule", strokeDash: [4, 3], strokeWidth: 1.4 },
      encoding: { x, color, description: { field: "method" } },
    },
  ];
}

/** Corners of a stepped outline: the left border of each bin with its share, and zero at both ends. */
function outlineOf(
  label: string,
  logs: Float64Array,
  low: number,
  step: number,
  bins: number,
): { method: string; error: number; share: number }[] {
  const counts = new Float64Array(bins);
  for (const value of logs) {
    const bin = Math.min(bins - 1, Math.floor((value - low) / step));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const corner = (i: number, count: number) => ({
    method: label,
    error: short(10 ** (low + i * step)),
    share: short(count / logs.length),
  });
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  const steps = Array.from(counts.subarray(first, last + 1), (count, i) => corner(first + i, count));
  return [corner(first, 0), ...steps, corner(last + 1, 0)];
}

function positiveErrors({ label, errors }: ErrorSample): Float64Array {
  const kept = Float64Array.from(errors)
    .filter((error) => error > 0 && Number.isFinite(error))
    .sort();
  if (kept.length > 0) return kept;
  throw fail("INVALID_ARGUMENT", {
    what: `error histogram of "${label}"`,
    expected: "at least one positive finite error",
    received: `${errors.length} errors, none positive and finite`,
  });
}
