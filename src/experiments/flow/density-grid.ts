import type { CompiledDensity } from "../../models/index.js";
import { fail, type Tensor, tensor, toFloat64 } from "../../tensor/index.js";

/** A rectangle of the plane in square cells; cell (column, row) has index row · columns + column, rows upwards. */
export interface PlaneGrid {
  /** [low, high] of each coordinate, whole cells. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly columns: number;
  readonly rows: number;
  /** Side of a cell. */
  readonly size: number;
}

/** A density at the middle of every cell. */
export interface GridDensity {
  readonly grid: PlaneGrid;
  /** p in units of the plane, one a cell. */
  readonly values: Float64Array;
  /** Sum of p times the area of a cell: 1 where the grid holds all of the density and resolves it. */
  readonly integral: number;
  /** Evaluations of f, most of any part of the grid. */
  readonly nfe: number;
  readonly milliseconds: number;
}

/** Cells along the longer side, where nothing is said. */
const GRID_CELLS = 100;

/** A square. @throws INVALID_ARGUMENT unless low < high. */
export function squareGrid(low: number, high: number, cells: number = GRID_CELLS): PlaneGrid {
  if (!(low < high && Number.isFinite(high - low)))
    throw fail("INVALID_ARGUMENT", { what: "grid", expected: "low < high", received: `${low}, ${high}` });
  return { x: [low, high], y: [low, high], columns: cells, rows: cells, size: (high - low) / cells };
}

/** Share of points that may lie outside on each side, and the margin around the rest as a share of its extent. */
const OUTSIDE = 0.002;
const MARGIN = 0.25;

/** The region of nearly all points with a wide margin. @param points [n, 2]. */
export function gridAround(points: Tensor, cells: number = GRID_CELLS): PlaneGrid {
  const values = toFloat64(points);
  const [x, y] = [0, 1].map((j) => extentOf(values.filter((_, i) => i % 2 === j))) as [Extent, Extent];
  const size = Math.max(x[1] - x[0], y[1] - y[0]) / cells;
  const [columns, rows] = [x, y].map(([low, high]) => Math.max(1, Math.ceil((high - low) / size - 1e-9))) as [
    number,
    number,
  ];
  return { x: [x[0], x[0] + columns * size], y: [y[0], y[0] + rows * size], columns, rows, size };
}

type Extent = readonly [low: number, high: number];

function extentOf(values: Float64Array): Extent {
  const sorted = values.sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(OUTSIDE), at(1 - OUTSIDE)];
  const margin = (high - low) * MARGIN || Math.max(1, Math.abs(high) * MARGIN);
  return [low - margin, high + margin];
}

/** Cells solved in one batch: few enough for the memory, many enough to be quick. */
const BATCH = 16_384;

/**
 * The density over a grid, in batches with step control of their own.
 * @throws as `CompiledDensity.run`.
 */
export async function densityOverGrid(
  density: CompiledDensity,
  grid: PlaneGrid,
  onProgress?: (done: number, total: number) => void,
): Promise<GridDensity> {
  const total = grid.columns * grid.rows;
  const values = new Float64Array(total);
  let [nfe, milliseconds] = [0, 0];
  for (let start = 0; start < total; start += BATCH) {
    onProgress?.(start, total);
    const count = Math.min(BATCH, total - start);
    const { values: logs, statistics } = await density.run(middles(grid, start, count));
    for (let i = 0; i < count; i++) values[start + i] = Math.exp(logs[i] ?? Number.NaN);
    nfe = Math.max(nfe, statistics.nfe);
    milliseconds += statistics.milliseconds;
  }
  onProgress?.(total, total);
  const integral = values.reduce((sum, value) => sum + value, 0) * grid.size ** 2;
  return { grid, values, integral, nfe, milliseconds };
}

function middles({ x, y, columns, size }: PlaneGrid, start: number, count: number): Tensor {
  const points = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const cell = start + i;
    points[2 * i] = x[0] + size * ((cell % columns) + 0.5);
    points[2 * i + 1] = y[0] + size * (Math.floor(cell / columns) + 0.5);
  }
  return tensor("float64", [count, 2], points);
}
