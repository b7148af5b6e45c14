import { type Figure, type FigureText, requireMethods, sentences } from "../figure.js";
import { cellImage } from "../parts/cell-image.js";
import { colorLegend } from "../parts/color-legend.js";
import type { Scheme } from "../parts/color-ramp.js";
import { formatNumber } from "../parts/format.js";
import { colorPanels, panelColumns } from "../parts/panels.js";
import { type PlaneRange, planeBins, robustRange } from "../parts/plane.js";
import { finitePoints, type PointCloud } from "../parts/point-cloud.js";
import { panelTitle } from "../parts/theme.js";
import type { TopLevelSpec } from "../parts/vega-lite.js";
import { densityScale, histogramOf } from "./histogram.js";

/** How densities are binned, colored and laid out. */
export interface DensityOptions extends FigureText {
  /** Cells along the longer side. Default 100. */
  readonly bins?: number;
  /** Drawn region in data units. Default: the 0.2 % … 99.8 % quantiles of all clouds together and a margin. */
  readonly range?: PlaneRange;
  /** Approximate width of a panel in CSS pixels: cells take whole half pixels. Default 250. */
  readonly panelSize?: number;
  /** Panels a row. Default: all up to four, then three. */
  readonly columns?: number;
  /** Color scheme from dark to bright. Default `"inferno"`. */
  readonly scheme?: Scheme;
  /** How density becomes color. `"log"` shows thin parts beside narrow peaks; it starts at one sample a cell. Default `"linear"`. */
  readonly colorScale?: "linear" | "log";
  /** Quantile of the first cloud's non-empty cells from which the color is saturated. Default 0.995. */
  readonly saturation?: number;
}

/**
 * Point clouds side by side as two-dimensional histograms with the same cells and the same color scale.
 * The color is the density: share of a cloud's samples a cell, divided by the area of the cell. Its scale
 * follows the first cloud, which should be the reference; denser cells of others have its brightest color.
 *
 * @param clouds at least one; each with finite points. Points that are NaN or infinite, and points
 *   outside the range, are counted in the caption.
 * @throws INVALID_ARGUMENT if there is no cloud, a cloud is empty or of odd length, or labels repeat.
 */
export function density(clouds: readonly PointCloud[], options: DensityOptions = {}): Figure {
  requireMethods("density", clouds);
  const finite = clouds.map((cloud) => finitePoints("density", cloud));
  const bins = planeBins(options.range ?? robustRange(finite), options.bins ?? 100);
  const histograms = clouds.map((cloud, i) => histogramOf(cloud, finite[i] ?? new Float64Array(), bins));
  const scale = densityScale(histograms, histograms.slice(0, 1), options);
  const cell = cellPixels(options.panelSize ?? 250, bins.columns);
  const [width, height] = [bins.columns * cell, bins.rows * cell];
  const concat = histograms.map(({ label, densities }) => ({
    title: panelTitle(label),
    width,
    height,
    layer: [
      cellImage({ ...bins, values: densities }, scale, width, height),
      colorLegend(scale, "density", 160),
    ],
  }));
  const { name = "density", title = "Sample density" } = options;
  const { columns = panelColumns(clouds.length) } = options;
  return {
    name,
    title,
    caption: sentences(options.caption ?? plainCaption(clouds), ...histograms.map(({ note }) => note)),
    spec: colorPanels({ title, columns, concat, spacing: 18 }) satisfies TopLevelSpec,
  };
}

/** Side of a cell: whole half pixels stay sharp in a picture of twice the size. @param panelSize in CSS pixels. */
export function cellPixels(panelSize: number, columns: number): number {
  return Math.max(1, Math.round((2 * panelSize) / columns)) / 2;
}

function plainCaption(clouds: readonly PointCloud[]): string {
  const listed = clouds.map(({ label, points }) => `${label} (${formatNumber(points.length / 2)} samples)`);
  return `Two-dimensional histograms of ${listed.join(", ")}; same cells, same color scale.`;
}
