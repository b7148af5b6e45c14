import { expect, test } from "vitest";
import { peakSignalToNoise } from "../../../../src/hypersolver/internal.js";
import { fromNumbers } from "../../../../src/tensor/index.js";

test("decibels are those of the formula, whatever the unit, and finite where nothing is off", () => {
  const reference = [0, 1, -1, 0.5];
  const off = [0.1, 1, -1.1, 0.5];
  const images = (values: readonly number[], unit = 1) =>
    fromNumbers(
      values.map((value) => unit * value),
      [1, 1, 2, 2],
      "float64",
    );
  // Range 2, mean squared error 0.02 / 4.
  const expected = 10 * Math.log10(4 / 0.005);
  expect(peakSignalToNoise(images(off), images(reference))).toBeCloseTo(expected, 10);
  expect(peakSignalToNoise(images(off, 255), images(reference, 255))).toBeCloseTo(expected, 10);
  expect(peakSignalToNoise(images(reference), images(reference))).toBe(320);
  expect(peakSignalToNoise(images([1, 1, 1, 1]), images([2, 2, 2, 2]))).toBe(0);
});
