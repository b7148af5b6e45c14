import type { NumberList } from "../figure.js";

/** Ascending copy of the finite numbers of a list. */
export function sortedFinite(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).filter(Number.isFinite).sort();
}

/** Quantile of ascending numbers with linear interpolation. @param q in [0, 1]. @returns NaN if empty. */
export function quantile(sorted: NumberList, q: number): number {
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[below + 1] ?? low;
  return low + (high - low) * (position - below);
}

/** Smallest and largest finite number, or undefined if there is none. */
export function extent(values: Iterable<number>): readonly [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** A number with few digits, so that specifications and SVG files stay small. */
export function short(value: number, digits = 6): number {
  return Number(value.toPrecision(digits));
}

/** Multiples of 1, 2 or 5 times a power of ten within an interval: three to eight of them, mostly. */
export function linearTicks(low: number, high: number): number[] {
  const rough = (high - low) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([5, 2, 1].find((factor) => factor * power <= rough) ?? 1);
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
