import { fail } from "../tensor/index.js";
import type { Method, NumberList } from "./figure.js";
import { quantile, short } from "./numbers.js";

/** Loss by iteration. */
export interface LossCurve extends Method {
  /** Positive losses, shape [n]. */
  readonly losses: NumberList;
  /** Iteration of each loss, ascending, shape [n]. Default 1 … n. */
  readonly iterations?: NumberList;
}

/** The losses of one stretch of iterations: median, 5 % and 95 % quantile. */
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
  /** Losses that cannot be drawn on a logarithmic axis. */
  readonly dropped: number;
  /** Iterations a point. */
  readonly stretch: number;
}

/**
 * Medians and spreads over stretches of equal length.
 *
 * @param resolution most points left.
 * @throws INVALID_ARGUMENT if lengths differ or no loss is positive and finite.
 */
export function thinCurve(curve: LossCurve, resolution: number): ThinCurve {
  const { label, losses, iterations } = curve;
  if (iterations !== undefined && iterations.length !== losses.length) {
    throw fail("INVALID_ARGUMENT", {
      what: `training curve "${label}"`,
      expected: `${losses.length} iterations`,
      received: String(iterations.length),
    });
  }
  const kept = Array.from(losses, (value, i) => ({ value, iteration: iterations?.[i] ?? i + 1 })).filter(
    ({ value, iteration }) => usable(value) !== undefined && Number.isFinite(iteration),
  );
  if (kept.length === 0) {
    throw fail("INVALID_ARGUMENT", {
      what: `training curve "${label}"`,
      expected: "at least one positive finite loss",
      received: `${losses.length} losses, none usable`,
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
  return { label, rows, ends, dropped: losses.length - kept.length, stretch };
}

/** The value if it has a place on a logarithmic axis. */
export function usable(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 && Number.isFinite(value) ? value : undefined;
}
