import { fail } from "../../tensor/index.js";
import { type Figure, requireMethods, sentences } from "../figure.js";
import { cellImage } from "../parts/cell-image.js";
import { colorLegend } from "../parts/color-legend.js";
import type { ColorScale } from "../parts/color-ramp.js";
import { formatPercent } from "../parts/format.js";
import { panelNote, rowLabel } from "../parts/panel-text.js";
import { colorPanels } from "../parts/panels.js";
import { type PlaneRange, planeBins, robustRange, squared } from "../parts/plane.js";
import { finitePoints, type PointCloud } from "../parts/point-cloud.js";
import { panelTitle } from "../parts/theme.js";
import type { TopLevelSpec } from "../parts/vega-lite.js";
import { cellPixels, type DensityOptions } from "./density.js";
import { densityScale, type Histogram, histogramOf } from "./histogram.js";

/** A panel of a grid: a cloud and, optionally, what is special about it. */
export interface GridCloud extends PointCloud {
  /** Written small in a corner of the panel: `"74 NFE"`. */
  readonly note?: string;
}

/** The clouds of one data set, one a column. */
export interface DensityRow {
  /** Name of the data set. */
  readonly label: string;
  /** Labels are the column headings: the same in every row. The first cloud is the reference. */
  readonly clouds: readonly GridCloud[];
  /** Drawn region. Default: a square around the 0.2 % … 99.8 % quantiles of the first cloud, with a margin. */
  readonly range?: PlaneRange;
}

/** As for `density`; the columns are those of the rows, and regions belong to rows. */
export type DensityGridOptions = Omit<DensityOptions, "columns" | "range">;

/**
 * Point clouds of several data sets as a table of two-dimensional histograms: rows are data sets, columns methods.
 * Panels of a row share their region, all panels share one color scale, which follows the first column. Colors
 * are densities, so that clouds of different sizes compare.
 *
 * @param options.bins cells along a side. Default 85. @param options.panelSize default 170.
 * @param options.colorScale default `"log"`: flat densities stay visible beside peaked ones.
 * @throws INVALID_ARGUMENT if there is no row or no cloud, labels repeat, columns differ between rows, or a cloud has
 *   no finite point.
 */
export function densityGrid(rows: readonly DensityRow[], options: DensityGridOptions = {}): Figure {
  const headings = headingsOf(rows);
  const { bins = 85, panelSize = 170, colorScale = "log" } = options;
  const histograms = rows.map((row) => rowHistograms(row, bins));
  const all = histograms.flat();
  const firsts = histograms.flatMap((row) => row.slice(0, 1));
  const scale = densityScale(all, firsts, { ...options, colorScale });
  const panels = rows.flatMap((row, i) =>
    row.clouds.map((cloud, j) => {
      const panel = (histograms[i] ?? [])[j];
      return panelOf(panel, scale, panelSize, {
        heading: i === 0 ? headings[j] : undefined,
        row: j === 0 ? row.label : undefined,
        note: noteOf(cloud, panel?.outside ?? 0),
      });
    }),
  );
  const { name = "density-grid", title = "Samples" } = options;
  const caption =
    options.caption ??
    "Two-dimensional histograms of samples. Panels of a row show the same region; one color scale for all.";
  return {
    name,
    title,
    caption: sentences(caption, ...all.map(({ note }) => note)),
    spec: colorPanels({
      title,
      columns: headings.length,
      concat: panels,
      spacing: { row: 14, column: 12 },
    }) satisfies TopLevelSpec,
  };
}

/** From this share on, a panel says by itself that samples are not in it. */
const TOLD_OUTSIDE = 0.05;

const noteOf = ({ note }: GridCloud, outside: number): string | undefined =>
  outside < TOLD_OUTSIDE ? note : [note, `${formatPercent(outside)} outside`].filter(Boolean).join(", ");

/** The histograms of one row; their notes name the data set. */
function rowHistograms({ label, clouds, range }: DensityRow, cells: number): Histogram[] {
  const named = clouds.map((cloud) => ({ ...cloud, label: `${label}, ${cloud.label}` }));
  const finite = named.map((cloud) => finitePoints("density grid", cloud));
  const bins = planeBins(range ?? squared(robustRange(finite.slice(0, 1))), cells);
  return named.map((cloud, j) => histogramOf(cloud, finite[j] ?? new Float64Array(), bins));
}

interface PanelText {
  readonly heading: string | undefined;
  readonly row: string | undefined;
  readonly note: string | undefined;
}

function panelOf(histogram: Histogram | undefined, scale: ColorScale, size: number, text: PanelText) {
  const { bins, densities } = histogram ?? { bins: { columns: 1, rows: 1 }, densities: [] };
  const cell = cellPixels(size, Math.max(bins.columns, bins.rows));
  const [width, height] = [bins.columns * cell, bins.rows * cell];
  return {
    ...(text.heading !== undefined && { title: panelTitle(text.heading) }),
    width,
    height,
    layer: [
      cellImage({ ...bins, values: densities }, scale, width, height),
      colorLegend(scale, "density", 160),
      ...(text.row === undefined ? [] : [rowLabel(text.row, height)]),
      ...(text.note === undefined ? [] : panelNote(text.note, width, height)),
    ],
  };
}

/** The column headings. */
function headingsOf(rows: readonly DensityRow[]): string[] {
  requireMethods("density grid", rows);
  const [first] = rows;
  const headings = (first?.clouds ?? []).map(({ label }) => label);
  for (const { label, clouds } of rows) {
    requireMethods(`density grid: row "${label}"`, clouds);
    if (clouds.length === headings.length && clouds.every((cloud, j) => cloud.label === headings[j]))
      continue;
    throw fail("INVALID_ARGUMENT", {
      what: `density grid: row "${label}"`,
      expected: `the columns of the first row: ${headings.join(" | ")}`,
      received: clouds.map((cloud) => cloud.label).join(" | "),
      help: "what differs between rows, such as an NFE, goes into the note of a cloud",
    });
  }
  return headings;
}
