import { type Tensor, toFloat64 } from "../../tensor/index.js";

/** Decibels of what is equal, which would have infinitely many: float64 tells no more apart. */
const MOST = 320;

/**
 * Peak signal-to-noise ratio in decibels: 10 log₁₀(peak² / mean squared error), over all samples together. The peak is the
 * range of the reference, its largest element less its smallest, for states may be in any unit.
 */
export function peakSignalToNoise(approximate: Tensor, reference: Tensor): number {
  const [a, b] = [toFloat64(approximate), toFloat64(reference)];
  let [low, high, square] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const [i, value] of b.entries()) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    square += ((a[i] ?? 0) - value) ** 2;
  }
  const peak = high - low;
  if (square === 0) return MOST;
  if (peak === 0) return 0;
  return Math.min(MOST, 10 * Math.log10((peak * peak * b.length) / square));
}
