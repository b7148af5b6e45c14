import type { Extent } from "../../tensor-type.js";

/** A number that depends on the batch: constant + perRow·batch, perRow ≠ 0. */
export interface Affine {
  readonly constant: number;
  readonly perRow: number;
}

/** What an importer knows of an element of a shape computation. */
export type Count = number | Affine;

/** The batch itself. */
export const batchCount: Count = { constant: 0, perRow: 1 };

const parts = (count: Count): Affine => (typeof count === "number" ? { constant: count, perRow: 0 } : count);

const affine = (constant: number, perRow: number): Count => (perRow === 0 ? constant : { constant, perRow });

/** a + factor·b */
export function addCounts(a: Count, b: Count, factor = 1): Count {
  const [x, y] = [parts(a), parts(b)];
  return affine(x.constant + factor * y.constant, x.perRow + factor * y.perRow);
}

/** a·b; undefined where the batch would be squared. */
export function multiplyCounts(a: Count, b: Count): Count | undefined {
  const [x, y] = [parts(a), parts(b)];
  if (x.perRow !== 0 && y.perRow !== 0) return undefined;
  return affine(x.constant * y.constant, x.perRow * y.constant + x.constant * y.perRow);
}

/**
 * a/b rounded toward zero, as integers divide, for every batch from 1; undefined where the rounding depends on the batch.
 * (2·batch + 1)/2 is the batch: so exporters halve what they concatenated.
 */
export function divideCounts(a: Count, b: Count): Count | undefined {
  const [x, y] = [parts(a), parts(b)];
  if (y.perRow !== 0) {
    const ratio = x.perRow / y.perRow;
    return x.constant === 0 && y.constant === 0 && x.perRow !== 0 && Number.isInteger(ratio)
      ? ratio
      : undefined;
  }
  if (y.constant === 0) return undefined;
  if (x.perRow === 0) return Math.trunc(x.constant / y.constant);
  if (x.perRow % y.constant !== 0) return undefined;
  const keepsSign = x.constant % y.constant === 0 || (x.constant >= 0 && x.perRow > 0);
  return keepsSign ? affine(Math.trunc(x.constant / y.constant), x.perRow / y.constant) : undefined;
}

/** a mod b with the sign of b (or, `truncated`, of a); undefined where that depends on the batch. */
export function moduloCounts(a: Count, b: Count, truncated = false): Count | undefined {
  if (typeof b !== "number" || b === 0) return undefined;
  if (typeof a === "number") return truncated ? a % b : ((a % b) + b) % b;
  if (a.perRow % b !== 0) return undefined;
  if (a.constant % b === 0) return 0;
  return truncated && (a.constant < 0 || a.perRow < 0) ? undefined : moduloCounts(a.constant, b, truncated);
}

export function sameCount(a: Count, b: Count): boolean {
  const { constant, perRow } = parts(addCounts(a, b, -1));
  return constant === 0 && perRow === 0;
}

/** Whether a = b for every batch from 0; undefined when that depends on the batch. */
export function equalCounts(a: Count, b: Count): boolean | undefined {
  const { constant, perRow } = parts(addCounts(a, b, -1));
  if (perRow === 0) return constant === 0;
  const root = -constant / perRow;
  return root < 0 || !Number.isInteger(root) ? false : undefined;
}

/** Whether a < b for every batch from 0; undefined when that depends on the batch. */
export function lessCounts(a: Count, b: Count): boolean | undefined {
  const { constant, perRow } = parts(addCounts(a, b, -1));
  if (constant < 0 && perRow <= 0) return true;
  return constant >= 0 && perRow >= 0 ? false : undefined;
}

export const countOf = (extent: Extent): Count => (extent === "batch" ? batchCount : extent);

/** The extent of an axis of that size, if our graphs can have one: a number, or the batch itself. */
export function extentOf(count: Count): Extent | undefined {
  if (typeof count === "number") return Number.isSafeInteger(count) && count >= 0 ? count : undefined;
  return count.constant === 0 && count.perRow === 1 ? "batch" : undefined;
}

/** Product of extents; undefined where the batch would be squared. */
export function productOf(extents: readonly Extent[]): Count | undefined {
  return extents.reduce<Count | undefined>(
    (product, extent) => (product === undefined ? undefined : multiplyCounts(product, countOf(extent))),
    1,
  );
}

/** `3·batch + 1`, for messages. */
export function formatCount(count: Count): string {
  if (typeof count === "number") return String(count);
  const product = count.perRow === 1 ? "batch" : `${count.perRow}·batch`;
  return count.constant === 0 ? product : `${product} + ${count.constant}`;
}
