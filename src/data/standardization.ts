import {
  cast,
  type DType,
  fail,
  formatShape,
  fromNumbers,
  isFloat,
  type Tensor,
  toFloat64,
} from "../tensor/index.js";
import { extentOf, requireFiniteRows } from "./points.js";

/** The affine map x = shift + scale · u between data x and coordinates u of mean 0 and deviation 1, by column. */
export interface Standardization {
  /** Mean of each column, in data units. */
  readonly shift: readonly number[];
  /** Standard deviation of each column, in data units; above zero. */
  readonly scale: readonly number[];
}

/**
 * Mean and standard deviation (of the population: divided by n) of every column, in two passes of float64.
 * @param points [n, d] with n ≥ 2.
 * @throws SHAPE_MISMATCH unless of rank 2; INVALID_ARGUMENT for fewer than two points, or naming a column, from 0,
 *   whose numbers do not differ; NON_FINITE naming the first row with a NaN or an infinity.
 */
export function standardizationOf(points: Tensor): Standardization {
  const extent = extentOf(points, "standardization");
  const { count, columns } = extent;
  if (count < 2) {
    throw fail("INVALID_ARGUMENT", {
      what: "standardization",
      expected: "at least 2 points",
      received: String(count),
    });
  }
  requireFiniteRows(points, extent, "standardization");
  const values = toFloat64(points);
  const moments = Array.from({ length: columns }, (_, column) => columnMoments(values, column, columns));
  return { shift: moments.map(({ mean }) => mean), scale: moments.map(({ deviation }) => deviation) };
}

/** Both passes subtract first: equal numbers, however large, have exactly no deviation. */
function columnMoments(
  values: Float64Array,
  column: number,
  columns: number,
): { readonly mean: number; readonly deviation: number } {
  const count = values.length / columns;
  const origin = values[column] ?? 0;
  let sum = 0;
  for (let i = column; i < values.length; i += columns) sum += (values[i] ?? 0) - origin;
  const mean = origin + sum / count;
  let squares = 0;
  for (let i = column; i < values.length; i += columns) squares += ((values[i] ?? 0) - mean) ** 2;
  const deviation = Math.sqrt(squares / count);
  if (deviation > 0 && deviation < Number.POSITIVE_INFINITY) return { mean, deviation };
  throw fail("INVALID_ARGUMENT", {
    what: `standardization: column ${column}, counted from 0`,
    expected: "numbers that differ from point to point",
    received: deviation === 0 ? `${origin} in all ${count} points` : `a spread beyond float64`,
    help: deviation === 0 ? "remove the column: it carries no information" : "rescale the column",
  });
}

/**
 * From data to standard coordinates, u = (x − shift) / scale, in the element type of the points.
 * @param points float [n, d], d as in the standardization.
 * @throws SHAPE_MISMATCH for another shape; DTYPE_MISMATCH for integers; INVALID_ARGUMENT for a scale that is not > 0.
 */
export function standardized<D extends DType>(points: Tensor<D>, map: Standardization): Tensor<D> {
  return changed(points, map, (x, shift, scale) => (x - shift) / scale);
}

/** Back from standard coordinates to data, x = shift + scale · u: the inverse of `standardized`, with its errors. */
export function restored<D extends DType>(u: Tensor<D>, map: Standardization): Tensor<D> {
  return changed(u, map, (value, shift, scale) => shift + scale * value);
}

/** Beyond so many deviations from zero, a mean takes more than 4 of the 24 bits of a float32 away from its points. */
const FAR_MEAN = 16;

/**
 * Back from standard coordinates to data, in float64 where float32 would lose digits: where a mean is far from zero in
 * units of its deviation, such as that of Unix times.
 */
export function restoredPoints(u: Tensor, map: Standardization): Tensor {
  const isFar = map.shift.some((shift, i) => Math.abs(shift) > FAR_MEAN * (map.scale[i] ?? 1));
  return isFar ? restored(cast(u, "float64"), map) : restored(u, map);
}

/**
 * Σ log scale, in nats: what a log-density of standard coordinates loses when it becomes one of data,
 * log p(x) = log p(u) − Σ log scale.
 * @throws INVALID_ARGUMENT for a scale that is not > 0.
 */
export function logScale(map: Standardization): number {
  requireUsable(map);
  return map.scale.reduce((total, scale) => total + Math.log(scale), 0);
}

function changed<D extends DType>(
  points: Tensor<D>,
  map: Standardization,
  change: (value: number, shift: number, scale: number) => number,
): Tensor<D> {
  requireUsable(map);
  const columns = map.shift.length;
  requireFits(points, columns);
  const values = new Float64Array(points.data.length);
  for (let column = 0; column < columns; column++) {
    const [shift = 0, scale = 1] = [map.shift[column], map.scale[column]];
    for (let i = column; i < values.length; i += columns)
      values[i] = change(Number(points.data[i]), shift, scale);
  }
  return fromNumbers(values, points.shape, points.dtype) as Tensor<D>;
}

function requireFits(points: Tensor, columns: number): void {
  if (extentOf(points, "standardization").columns !== columns) {
    throw fail("SHAPE_MISMATCH", {
      what: "standardization",
      expected: `[n, ${columns}]`,
      received: formatShape(points.shape),
      help: "standardize with the columns that it was made of",
    });
  }
  if (isFloat(points.dtype)) return;
  throw fail("DTYPE_MISMATCH", {
    what: "standardization",
    expected: "float32 or float64",
    received: points.dtype,
    help: "cast the points first",
  });
}

function requireUsable({ shift, scale }: Standardization): void {
  const usable =
    shift.length === scale.length &&
    shift.every(Number.isFinite) &&
    scale.every((value) => Number.isFinite(value) && value > 0);
  if (usable) return;
  throw fail("INVALID_ARGUMENT", {
    what: "standardization",
    expected: "one finite shift and one scale > 0 a column",
    received: `shift ${formatShape(shift)}, scale ${formatShape(scale)}`,
  });
}
