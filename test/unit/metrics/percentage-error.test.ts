import { expect, test } from "vitest";
import { percentageErrors } from "../../../src/metrics/index.js";
import { fromNumbers } from "../../../src/tensor/index.js";

const vector = (...values: number[]) => fromNumbers(values, [values.length]);

test("percentage errors are |a − b|/|b|·100: their mean, and the median that near zeros do not move", () => {
  const errors = percentageErrors(vector(1.5, -1, 3, 1), vector(1, -2, 4, 1e-3));
  expect(errors.mean).toBeCloseTo((50 + 50 + 25 + 99_900) / 4, 0);
  expect(errors.median).toBeCloseTo(50, 6);
  expect(errors.zeros).toBe(0);
  expect(percentageErrors(vector(1, 2, 3), vector(1, 1, 1))).toMatchObject({ mean: 100, median: 100 });
});

test("leave elements out that have nothing to be relative to", () => {
  expect(percentageErrors(vector(1, 3), vector(0, 2))).toEqual({ mean: 50, median: 50, zeros: 1 });
  expect(percentageErrors(vector(1), vector(0))).toEqual({ mean: Number.NaN, median: Number.NaN, zeros: 1 });
  expect(() => percentageErrors(vector(1), vector(1, 2))).toThrow(/\[2\]/);
});
