import { fail } from "../../tensor/index.js";
import { quantile, sortedFinite } from "./numbers.js";

/** A rectangle of the plane in data units: [low, high] of each coordinate. */
export interface PlaneRange {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Square cells over a rectangle; cell (column, row) has index `row * columns + column`. */
export interface Bins {
  readonly range: PlaneRange;
  /** Side of a cell in data units. */
  readonly size: number;
  readonly columns: number;
  readonly rows: number;
}

/** The region that holds nearly all points of some clouds, with a margin. @param clouds each [n, 2], finite. */
export function robustRange(clouds: readonly Float64Array[]): PlaneRange {
  const side = (coordinate: number): [number, number] => {
    const values = clouds.flatMap((points) => Array.from(points.filter((_, i) => i % 2 === coordinate)));
    const sorted = sortedFinite(values);
    return widened([quantile(sorted, 0.002), quantile(sorted, 0.998)], 0.08);
  };
  return { x: side(0), y: side(1) };
}

/**
 * The region of all points with a margin, the same length in both directions. If a few points make it more than
 * three times as long, as after an unstable step, those further from the middle half than twice its size do
 * not count.
 */
export function squareRange(points: readonly (readonly [number, number])[]): PlaneRange {
  const side = (values: readonly number[]): [number, number] => {
    const sorted = sortedFinite(values);
    const [low, high] = [quantile(sorted, 0), quantile(sorted, 1)];
    const [below, above] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
    const reach = 2 * (above - below);
    const fenced: [number, number] = [Math.max(low, below - reach), Math.min(high, above + reach)];
    return widened(reach > 0 && high - low > 3 * (fenced[1] - fenced[0]) ? fenced : [low, high], 0.06);
  };
  return squared({ x: side(points.map(([value]) => value)), y: side(points.map(([, value]) => value)) });
}

/** The range around the same middle whose sides both have the length of the longer one. */
export function squared({ x, y }: PlaneRange): PlaneRange {
  const half = Math.max(x[1] - x[0], y[1] - y[0]) / 2;
  const around = ([low, high]: readonly [number, number]): [number, number] => {
    const middle = (low + high) / 2;
    return [middle - half, middle + half];
  };
  return { x: around(x), y: around(y) };
}

/** Square cells over a range, which grows to whole cells. @param most cells along the longer side. */
export function planeBins(range: PlaneRange, most: number): Bins {
  const width = range.x[1] - range.x[0];
  const height = range.y[1] - range.y[0];
  if (!(width > 0 && height > 0 && Number.isFinite(width + height)) || !(most >= 2)) {
    throw fail("INVALID_ARGUMENT", {
      what: "density",
      expected: "a range of positive size and at least 2 bins",
      received: `${width} × ${height}, ${most} bins`,
    });
  }
  const size = Math.max(width, height) / Math.round(most);
  const columns = Math.max(1, Math.round(width / size));
  const rows = Math.max(1, Math.round(height / size));
  return {
    range: {
      x: [range.x[0], range.x[0] + columns * size],
      y: [range.y[0], range.y[0] + rows * size],
    },
    size,
    columns,
    rows,
  };
}

/** Points a cell, and how many points fell outside. @param points shape [n, 2], finite. */
export function countInBins(
  points: Float64Array,
  bins: Bins,
): { readonly cells: Float64Array; readonly total: number; readonly outside: number } {
  const cells = new Float64Array(bins.columns * bins.rows);
  let outside = 0;
  for (let i = 0; i < points.length; i += 2) {
    const column = Math.floor(((points[i] ?? 0) - bins.range.x[0]) / bins.size);
    const row = Math.floor(((points[i + 1] ?? 0) - bins.range.y[0]) / bins.size);
    if (column < 0 || row < 0 || column >= bins.columns || row >= bins.rows) {
      outside += 1;
      continue;
    }
    const cell = row * bins.columns + column;
    cells[cell] = (cells[cell] ?? 0) + 1;
  }
  return { cells, total: points.length / 2, outside };
}

function widened([low, high]: readonly [number, number], share: number): [number, number] {
  const margin = (high - low) * share || Math.max(1e-3, Math.abs(high) * 0.01);
  return [low - margin, high + margin];
}

/** A channel of a figure in the plane. */
export interface PlaneCoordinate {
  readonly field: "x" | "y";
  readonly type: "quantitative";
  readonly scale: { domain: [number, number]; nice: false; zero: false };
  readonly axis: { grid: false; tickCount: number; domain: false; title: null };
}

/** Both channels of a figure in the plane: quiet axes over a fixed range. */
export function planeAxes({ x, y }: PlaneRange): {
  readonly x: PlaneCoordinate;
  readonly y: PlaneCoordinate;
} {
  const axis = { grid: false, tickCount: 4, domain: false, title: null } as const;
  const channel = (field: "x" | "y", [low, high]: readonly [number, number]): PlaneCoordinate => ({
    field,
    type: "quantitative",
    scale: { domain: [low, high], nice: false, zero: false },
    axis,
  });
  return { x: channel("x", x), y: channel("y", y) };
}
