import { fail, formatShape, type Tensor } from "../tensor/index.js";
import { firstNonFinite } from "../tensor/internal.js";

/** How many points a matrix has, and of how many columns. */
export interface Extent {
  readonly count: number;
  readonly columns: number;
}

/**
 * Reads points as a matrix [n, d], d ≥ 1.
 * @throws SHAPE_MISMATCH for another rank, or no columns.
 */
export function extentOf(points: Tensor, what: string): Extent {
  const [count = 0, columns = 0] = points.shape;
  if (points.shape.length === 2 && columns > 0) return { count, columns };
  throw fail("SHAPE_MISMATCH", {
    what,
    expected: "[n, d] with d ≥ 1",
    received: formatShape(points.shape),
    help: "give one point a row, one coordinate a column",
  });
}

/** @throws NON_FINITE naming the first row, from 0, with a NaN or an infinity, and the number of such rows. */
export function requireFiniteRows(points: Tensor, { count, columns }: Extent, what: string): void {
  const first = Math.floor(firstNonFinite(points) / columns);
  if (first < 0) return;
  const row = (i: number): number[] => Array.from(points.data.slice(i * columns, (i + 1) * columns), Number);
  let bad = 0;
  for (let i = first; i < count; i++) if (!row(i).every(Number.isFinite)) bad++;
  throw fail("NON_FINITE", {
    what: `${what}: row ${first}, counted from 0`,
    expected: "finite numbers",
    received: `${formatShape(row(first))}; in all ${bad} of ${count} rows are not finite`,
    help: "remove or repair these rows",
  });
}
