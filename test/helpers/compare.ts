import { expect } from "vitest";
import { type Tensor, toFloat64 } from "../../src/tensor/index.js";

/** Largest |a − b| divided by max(1, largest |b|). NaN where the other is not is infinite. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  let scale = 1;
  for (let i = 0; i < b.length; i++) {
    const [x = Number.NaN, y = Number.NaN] = [a[i], b[i]];
    if (Object.is(x, y)) continue;
    const gap = Math.abs(x - y);
    difference = Math.max(difference, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap);
    scale = Math.max(scale, Math.abs(y));
  }
  return difference / scale;
}

export function expectClose(actual: Tensor, expected: Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(relativeDifference(toFloat64(actual), toFloat64(expected))).toBeLessThanOrEqual(tolerance);
}
