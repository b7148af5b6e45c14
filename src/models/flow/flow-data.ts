import {
  type Density,
  type Standardization,
  splitRows,
  standardizationOf,
  standardized,
} from "../../data/index.js";
import { fail, formatShape, Random, rows, type Tensor, toFloat64 } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";

/** What a flow learns from. Training, validation and held-out rows share none. */
export interface FlowData {
  /** For people: `pinwheel: five arms, …`. */
  readonly description: string;
  /** d. */
  readonly dimension: number;
  readonly standardization: Standardization;
  /** Largest Euclidean norm of standardized training rows, of very many where they have no end. */
  readonly radius: number;
  /** Independent standardized training rows, [count, d]. */
  batch(count: number, random: Random): Tensor;
  /** For choosing while training, in units of the data. */
  readonly validation: Tensor;
  /** For reporting, in units of the data: `count` rows, or as many as there are. */
  heldOut(count: number): Tensor;
}

const STANDARDIZING_ROWS = 100_000;
const VALIDATION_ROWS = 2000;

/** Data without end: every batch is drawn anew. */
export function densityData(density: Density, seed: number): FlowData {
  const random = new Random(seed);
  const standardization = standardizationOf(
    density.sample(STANDARDIZING_ROWS, random.fork("standardization")),
  );
  const batch = (count: number, own: Random): Tensor =>
    standardized(density.sample(count, own), standardization);
  return {
    description: `${density.name}: ${density.description}`,
    dimension: 2,
    standardization,
    batch,
    radius: radiusOf(batch(RADIUS_ROWS, random.fork("radius"))),
    validation: density.sample(VALIDATION_ROWS, random.fork("validation")),
    heldOut: (count) => density.sample(count, random.fork("held out")),
  };
}

/** Rows of an endless source that are looked at for the farthest. */
const RADIUS_ROWS = 20_000;

/** Largest Euclidean norm of the rows of [n, d]. */
function radiusOf(points: Tensor): number {
  const values = toFloat64(points);
  const [, width = 1] = points.shape;
  let radius = 0;
  for (let i = 0; i < values.length; i += width)
    radius = Math.max(radius, Math.hypot(...values.subarray(i, i + width)));
  return radius;
}

/** How many rows of [n, d], in units of the data, have a column beyond `limit` standard deviations. */
export function rowsBeyond(limit: number, points: Tensor, standardization: Standardization): number {
  const values = toFloat64(standardized(points, standardization));
  const [, width = 1] = points.shape;
  let count = 0;
  for (let i = 0; i < values.length; i += width)
    if (values.subarray(i, i + width).some((value) => Math.abs(value) > limit)) count++;
  return count;
}

const SHARES = { validation: 0.1, heldOut: 0.2 };

/**
 * Given rows [n, d]: a tenth validates, a fifth is held out; batches draw from the rest with replacement.
 * @throws SHAPE_MISMATCH for another rank; INVALID_ARGUMENT for fewer than 10 rows or a column without spread;
 *   NON_FINITE naming the first bad row.
 */
export function tableData(points: Tensor, description: string, seed: number): FlowData {
  if (points.shape.length !== 2)
    throw fail("SHAPE_MISMATCH", {
      what: description,
      expected: "a matrix [rows, columns]",
      received: formatShape(points.shape),
    });
  requireEnough(points, description);
  standardizationOf(points);
  const { training, validation, heldOut } = splitRows(points, SHARES, new Random(seed).fork("split"));
  const standardization = standardizationOf(training);
  const table = standardized(training, standardization);
  const [count = 1, dimension = 1] = table.shape;
  return {
    description,
    dimension,
    standardization,
    radius: radiusOf(table),
    batch: (wanted, random) =>
      pickRows(
        table,
        Array.from({ length: wanted }, () => random.integer(0, count - 1)),
      ),
    validation,
    heldOut: (wanted) => rows(heldOut, 0, Math.min(wanted, heldOut.shape[0] ?? 0)),
  };
}

/** Each of the three parts needs a row, and training more than one. */
const FEWEST_POINTS = 10;

function requireEnough({ shape: [count = 0] }: Tensor, what: string): void {
  if (count >= FEWEST_POINTS) return;
  throw fail("INVALID_ARGUMENT", {
    what,
    expected: `at least ${FEWEST_POINTS} points: a tenth of them validates, a fifth is held out`,
    received: String(count),
    help: "give more points",
  });
}
