import { fail } from "../../tensor/index.js";
import { type Figure, type FigureText, type NumberList, requireMethods, sentences } from "../figure.js";
import { cellImage } from "../parts/cell-image.js";
import type { Cells } from "../parts/cells.js";
import { colorLegend } from "../parts/color-legend.js";
import type { ColorScale, Scheme } from "../parts/color-ramp.js";
import { formatNumber } from "../parts/format.js";
import { extent, short } from "../parts/numbers.js";
import { colorPanels, panelColumns } from "../parts/panels.js";
import { type PlaneRange, planeAxes } from "../parts/plane.js";
import { ink, panelTitle } from "../parts/theme.js";
import type { Layer, TopLevelSpec } from "../parts/vega-lite.js";

/** A scalar field at the centers of regular cells: column i of n has its center at low + (i + ½)(high − low)/n. */
export interface ScalarGrid extends Cells, PlaneRange {
  /** Title of the panel. */
  readonly label: string;
  /** Shape [rows, columns], lowest row first. NaN leaves a cell gray, −∞ (log 0) has the darkest color. */
  readonly values: NumberList;
  /** Points drawn over the field, shape [n, 2]. */
  readonly points?: NumberList;
}

/** How fields are colored and laid out. */
export interface HeatMapOptions extends FigureText {
  /** What the numbers are: the title of the legend. Default `"value"`. */
  readonly valueLabel?: string;
  /** Numbers of the darkest and the brightest color; those beyond have these too. Default: all finite ones. */
  readonly domain?: readonly [number, number];
  /** Default `"linear"`. */
  readonly colorScale?: ColorScale["type"];
  /** Default `"viridis"`. */
  readonly scheme?: Scheme;
  /** Width of a panel in CSS pixels; the height follows from the region. Default 360 for one panel, else 250. */
  readonly panelSize?: number;
  /** Panels a row. Default: all up to four, then three. */
  readonly columns?: number;
  /** Points drawn in a panel, the first ones. Default 1000. */
  readonly mostPoints?: number;
}

/**
 * Scalar fields over the plane, such as log-densities, as colors: one panel each, on one color scale.
 *
 * @throws INVALID_ARGUMENT if there is no grid, labels repeat, sizes do not match, a region is empty, or no number
 *   can be drawn.
 */
export function heatMap(grids: readonly ScalarGrid[], options: HeatMapOptions = {}): Figure {
  requireMethods("heat map", grids);
  for (const grid of grids) checkGrid(grid);
  const scale = valueScale(grids, options);
  const { panelSize = grids.length === 1 ? 360 : 250, valueLabel = "value", mostPoints = 1000 } = options;
  const concat = grids.map((grid) => {
    const height = Math.round((panelSize * (grid.y[1] - grid.y[0])) / (grid.x[1] - grid.x[0]));
    return {
      title: panelTitle(grid.label),
      width: panelSize,
      height,
      view: { fill: ink.grid },
      layer: [
        cellImage(grid, scale, panelSize, height),
        colorLegend(scale, valueLabel, Math.min(200, height)),
        pointLayer(grid, mostPoints),
      ],
    };
  });
  const { columns = panelColumns(grids.length) } = options;
  const { name = "heat-map", title = "Field" } = options;
  return {
    name,
    title,
    caption: sentences(options.caption ?? plainCaption(grids), ...grids.map(gapNote)),
    spec: colorPanels({ title, columns, concat, spacing: 24 }) satisfies TopLevelSpec,
  };
}

/** The points on top, and, with or without any, the axes. */
function pointLayer({ x, y, points = [] }: ScalarGrid, most: number): Layer {
  const values = Array.from({ length: Math.min(most, Math.floor(points.length / 2)) }, (_, i) => ({
    x: short(points[2 * i] ?? 0),
    y: short(points[2 * i + 1] ?? 0),
  })).filter((point) => Number.isFinite(point.x + point.y) && holds(x, point.x) && holds(y, point.y));
  const style = { size: 9, filled: true, fill: "#ffffff", stroke: ink.text, strokeWidth: 0.5, opacity: 0.85 };
  return {
    data: { values },
    mark: { type: "point", aria: false, clip: true, ...style },
    encoding: planeAxes({ x, y }),
  };
}

const holds = ([low, high]: readonly [number, number], value: number): boolean =>
  value >= low && value <= high;

function valueScale(
  grids: readonly ScalarGrid[],
  { colorScale: type = "linear", scheme = "viridis", domain }: HeatMapOptions,
): ColorScale {
  const drawn = grids.flatMap(({ values }) => Array.from(values).filter((v) => type === "linear" || v > 0));
  const [low, high] = domain ?? extent(drawn) ?? [Number.NaN, Number.NaN];
  if (low <= high && Number.isFinite(high - low) && (type === "linear" || low > 0)) {
    // A constant field has one color, at the dark end of a scale of some extent.
    const top = high > low ? high : low + Math.max(Math.abs(low), 1e-6);
    return { type, scheme, domain: [short(low), short(top)] };
  }
  throw fail("INVALID_ARGUMENT", {
    what: "heat map",
    expected: `finite${type === "log" ? ", positive" : ""} numbers in an ascending domain`,
    received: domain === undefined ? "none" : `${low} … ${high}`,
  });
}

function plainCaption(grids: readonly ScalarGrid[]): string {
  const points = grids.some((grid) => (grid.points?.length ?? 0) > 0) ? " Points are samples." : "";
  return `${grids.length > 1 ? "One color scale for all panels." : "Color is the value."}${points}`;
}

function gapNote({ label, values }: ScalarGrid): string {
  const gaps = Array.from(values).filter(Number.isNaN).length;
  return gaps === 0 ? "" : `${label}: ${formatNumber(gaps)} cells without a number are gray.`;
}

function checkGrid({ label, x, y, columns, rows, values }: ScalarGrid): void {
  const whole = Number.isInteger(columns) && Number.isInteger(rows) && columns >= 1 && rows >= 1;
  const [width, height] = [x[1] - x[0], y[1] - y[0]];
  const region = width > 0 && height > 0 && Number.isFinite(width + height);
  if (whole && region && values.length === columns * rows) return;
  throw fail("INVALID_ARGUMENT", {
    what: `heat map of "${label}"`,
    expected: "columns × rows numbers over a region of positive size",
    received: `${columns} × ${rows} cells, ${values.length} numbers, region ${width} × ${height}`,
  });
}
