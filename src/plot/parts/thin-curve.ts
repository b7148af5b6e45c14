import { fail } from "../../tensor/index.js";
import type { Method, NumberList } from "../figure.js";
import { quantile, short } from "./numbers.js";

/** A value that a curve is compared with: a dashed line with its name. */
export interface Level {
  readonly value: number;
  readonly label: string;
}

/** A quantity by iteration. */
export interface ValueCurve extends Method {
  /** Shape [n]. */
  readonly values: NumberList;
  /** Iteration of each value, ascending, shape [n]. Default 1 … n. */
  readonly iterations?: NumberList;
}

/** The values of one stretch of iterations: median, 5 % and 95 % quantile. */
export interface CurveRow {
  readonly method: string;
  readonly iteration: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A curve of few points. */
export interface ThinCurve {
  readonly label: string;
  readonly rows: readonly CurveRow[];
  /** First and last iteration. */
  readonly ends: readonly [number, number];
  /** Values that have no place on the axis. */
  readonly dropped: number;
  /** Iterations a point. */
  readonly stretch: number;
}

/** How a curve is thinned. */
export interface Thinning {
  /** Most points left. */
  readonly resolution: number;
  /** A logarithmic axis has no place for values that are not positive. */
  readonly scale: "linear" | "log";
  /** What the values are, in errors: `"loss"`. */
  readonly quantity: string;
}

/**
 * Medians and spreads over stretches of equal length.
 *
 * @throws INVALID_ARGUMENT if lengths differ or no value has a place on the axis.
 */
export function thinCurve(curve: ValueCurve, { resolution, scale, quantity }: Thinning): ThinCurve {
  const { label, values, iterations } = curve;
  if (iterations !== undefined && iterations.length !== values.length) {
    throw fail("INVALID_ARGUMENT", {
      what: `training curve "${label}"`,
      expected: `${values.length} iterations`,
      received: String(iterations.length),
    });
  }
  const kept = Array.from(values, (value, i) => ({ value, iteration: iterations?.[i] ?? i + 1 })).filter(
    ({ value, iteration }) => hasPlace(value, scale) && Number.isFinite(iteration),
  );
  if (kept.length === 0) {
    throw fail("INVALID_ARGUMENT", {
      what: `training curve "${label}"`,
      expected: `at least one ${scale === "log" ? "positive " : ""}finite ${quantity}`,
      received: `${values.length} values, none usable`,
    });
  }
  const stretch = Math.max(1, Math.ceil(kept.length / Math.max(2, resolution)));
  const rows: CurveRow[] = [];
  for (let start = 0; start < kept.length; start += stretch) {
    const part = kept.slice(start, start + stretch);
    const sorted = Float64Array.from(part, ({ value }) => value).sort();
    const iteration = part.reduce((sum, point) => sum + point.iteration, 0) / part.length;
    rows.push({
      method: label,
      iteration: short(iteration),
      value: short(quantile(sorted, 0.5)),
      low: short(quantile(sorted, 0.05)),
      high: short(quantile(sorted, 0.95)),
    });
  }
  const ends = [kept[0]?.iteration ?? 0, kept.at(-1)?.iteration ?? 1] as const;
  return { label, rows, ends, dropped: values.length - kept.length, stretch };
}

/** Whether a value can be drawn. */
export function hasPlace(value: number, scale: "linear" | "log"): boolean {
  return Number.isFinite(value) && (scale === "linear" || value > 0);
}
