import { fail } from "../../tensor/index.js";
import type { ColorScale, Scheme } from "../parts/color-ramp.js";
import { formatPercent } from "../parts/format.js";
import { quantile, short } from "../parts/numbers.js";
import { type Bins, countInBins } from "../parts/plane.js";
import type { PointCloud } from "../parts/point-cloud.js";

/** A point cloud as densities over square cells. */
export interface Histogram {
  readonly label: string;
  readonly bins: Bins;
  /** Share of the cloud's samples in a cell, divided by the area of the cell. Shape [rows, columns], lowest row first. */
  readonly densities: Float64Array;
  /** Density of a cell with a single sample. */
  readonly single: number;
  /** Share of the cloud's finite samples outside the drawn region. */
  readonly outside: number;
  /** What could not be drawn, as a sentence, or empty. */
  readonly note: string;
}

/** How densities become colors; see `DensityOptions`. */
export interface DensityColors {
  readonly scheme?: Scheme;
  readonly colorScale?: "linear" | "log";
  readonly saturation?: number;
}

/** Bins a cloud. @param points its finite points; the share of the others goes into the note. */
export function histogramOf(cloud: PointCloud, points: Float64Array, bins: Bins): Histogram {
  const { cells, total, outside } = countInBins(points, bins);
  const single = 1 / (total * bins.size ** 2);
  const n = cloud.points.length / 2;
  const facts: string[] = [];
  if (total < n) facts.push(`${formatPercent((n - total) / n)} not finite and dropped`);
  if (outside / n >= 0.005) facts.push(`${formatPercent(outside / n)} outside the drawn region`);
  return {
    label: cloud.label,
    bins,
    densities: cells.map((count) => count * single),
    single,
    outside: outside / total,
    note: facts.length === 0 ? "" : `${cloud.label}: ${facts.join(", ")}.`,
  };
}

/**
 * One color scale for many histograms. Color saturates at a quantile of the references' non-empty cells; a
 * logarithmic scale starts at one sample a cell.
 *
 * @throws INVALID_ARGUMENT if no reference has a sample in its region.
 */
export function densityScale(
  all: readonly Histogram[],
  references: readonly Histogram[],
  { scheme = "inferno", colorScale = "linear", saturation = 0.995 }: DensityColors,
): ColorScale {
  const filled = references.flatMap(({ densities }) => Array.from(densities.filter((value) => value > 0)));
  const top = quantile(Float64Array.from(filled).sort(), saturation);
  if (!(top > 0)) {
    throw fail("INVALID_ARGUMENT", {
      what: `density of "${references[0]?.label}"`,
      expected: "points within the range",
      received: "none",
    });
  }
  const single = Math.min(...all.map((histogram) => histogram.single));
  // Where no cell of the references has two samples, the scale still needs an extent.
  const high = Math.max(top, 2 * single);
  const domain: readonly [number, number] =
    colorScale === "log" ? [short(single), short(high)] : [0, short(top)];
  return { type: colorScale, scheme, domain };
}
