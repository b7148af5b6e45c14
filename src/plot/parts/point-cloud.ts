import { fail } from "../../tensor/index.js";
import type { NumberList } from "../figure.js";

/** Samples in the plane, to be drawn as one panel. */
export interface PointCloud {
  /** Title of the panel: `"Heun, 2 NFE"`. */
  readonly label: string;
  /** Shape [n, 2], row-major. */
  readonly points: NumberList;
}

/**
 * The points of a cloud without those that are NaN or infinite.
 *
 * @param what names the figure in an error.
 * @returns shape [kept, 2], kept ≥ 1.
 * @throws INVALID_ARGUMENT if the length is odd or no point is left.
 */
export function finitePoints(what: string, { label, points }: PointCloud): Float64Array {
  const kept: number[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = points[i] ?? Number.NaN;
    const y = points[i + 1] ?? Number.NaN;
    if (Number.isFinite(x) && Number.isFinite(y)) kept.push(x, y);
  }
  if (kept.length === 0 || points.length % 2 !== 0) {
    throw fail("INVALID_ARGUMENT", {
      what: `${what} of "${label}"`,
      expected: "points of shape [n, 2] with at least one finite point",
      received: `${points.length} numbers, ${kept.length / 2} finite points`,
    });
  }
  return Float64Array.from(kept);
}
