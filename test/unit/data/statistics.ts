import { expect } from "vitest";
import type { Density } from "../../../src/data/index.js";
import { Random } from "../../../src/tensor/index.js";

/** Points of one test: enough for a standard error of half a percent. */
export const COUNT = 40_000;

/** x, y and polar coordinates; the angle in (-π, π]. */
export interface PlanePoint {
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly angle: number;
}

export function pointsOf(density: Density, seed = 1, count = COUNT): PlanePoint[] {
  const { data } = density.sample(count, new Random(seed));
  return Array.from({ length: count }, (_, i) => {
    const [x = Number.NaN, y = Number.NaN] = [data[2 * i], data[2 * i + 1]];
    return { x, y, r: Math.hypot(x, y), angle: Math.atan2(y, x) };
  });
}

export const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/** The mean of a figure is within five standard errors, as measured: wrong once in two million, and seeds are fixed. */
export function expectMean<T>(items: readonly T[], figure: (item: T) => number, expected: number): void {
  const values = items.map(figure);
  const average = mean(values);
  const variance = mean(values.map((value) => (value - average) ** 2));
  expect(Math.abs(average - expected)).toBeLessThan(5 * Math.sqrt(variance / values.length) + 1e-6);
}

/** The classes 0 … weights.length - 1 come up as often as their weights say, within four standard errors. */
export function expectShares<T>(
  items: readonly T[],
  classOf: (item: T) => number,
  weights: readonly number[],
): void {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const seen = weights.map(() => 0);
  for (const item of items) {
    const own = classOf(item);
    seen[own] = (seen[own] ?? 0) + 1;
  }
  expect(Object.keys(seen)).toHaveLength(weights.length);
  for (const [own, weight] of weights.entries()) {
    const share = weight / total;
    const error = Math.abs((seen[own] ?? 0) - items.length * share);
    expect(error, `class ${own}`).toBeLessThan(4 * Math.sqrt(items.length * share * (1 - share)));
  }
}

/** n equal weights. */
export const equal = (n: number): number[] => new Array<number>(n).fill(1);

/** The distance of an angle from the nearest multiple of a period, in [0, period / 2]. */
export function fromMultiple(angle: number, period: number): number {
  const rest = ((angle % period) + period) % period;
  return Math.min(rest, period - rest);
}

/** The number of the nearest multiple of the period, from 0 up to a full turn. */
export function nearestMultiple(angle: number, period: number): number {
  const count = Math.round((2 * Math.PI) / period);
  return ((Math.round(angle / period) % count) + count) % count;
}
