import { fail, formatShape, type Tensor, toFloat64 } from "../tensor/index.js";
import { sameShape } from "../tensor/internal.js";

/** Absolute percentage errors |a − b|/|b|·100 over all elements. */
export interface PercentageErrors {
  /** MAPE, the mean. Explodes where b is close to zero: read the median beside it. */
  readonly mean: number;
  readonly median: number;
  /** Elements with b = 0, for which there is no such error: left out. */
  readonly zeros: number;
}

/**
 * Compares approximate values with a reference, element by element (Poli et al., 2020, section 4.1: MAPE).
 * @param approximate a, of any shape.
 * @param reference b, of the same shape.
 * @returns NaN for both errors when every reference element is zero.
 * @throws SHAPE_MISMATCH.
 */
export function percentageErrors(approximate: Tensor, reference: Tensor): PercentageErrors {
  if (!sameShape(approximate.shape, reference.shape)) {
    throw fail("SHAPE_MISMATCH", {
      what: "percentage errors",
      expected: formatShape(reference.shape),
      received: formatShape(approximate.shape),
    });
  }
  const [a, b] = [toFloat64(approximate), toFloat64(reference)];
  const errors = new Float64Array(b.length);
  let count = 0;
  let total = 0;
  for (let i = 0; i < b.length; i++) {
    const size = Math.abs(b[i] ?? 0);
    if (size === 0) continue;
    const error = (100 * Math.abs((a[i] ?? 0) - (b[i] ?? 0))) / size;
    errors[count++] = error;
    total += error;
  }
  const sorted = errors.subarray(0, count).sort();
  const middle = Math.floor(count / 2);
  const upper = sorted[middle] ?? Number.NaN;
  const median = count % 2 === 0 ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
  return { mean: total / count, median, zeros: b.length - count };
}
