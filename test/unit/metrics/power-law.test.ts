import { expect, test } from "vitest";
import { powerLaw } from "../../../src/metrics/index.js";

test("a power law is found exactly, and by least squares in logarithms where there is none", () => {
  const exact = powerLaw([1, 2, 5].map((x) => ({ x, y: 3 * x ** 2.5 })));
  expect(exact.exponent).toBeCloseTo(2.5, 12);
  expect(exact.factor).toBeCloseTo(3, 12);
  // numpy.polyfit(log([1, 2, 4, 8]), log([1, 3, 3, 9]), 1)
  const { exponent, factor } = powerLaw([1, 3, 3, 9].map((y, i) => ({ x: 2 ** i, y })));
  expect(exponent).toBeCloseTo(0.950977500432694, 12);
  expect(Math.log(factor)).toBeCloseTo(0.10986122886681143, 12);
});

test("refuses points through which there is none", () => {
  for (const points of [
    [],
    [{ x: 1, y: 1 }],
    [
      { x: 1, y: 0 },
      { x: 2, y: 1 },
    ],
  ])
    expect(() => powerLaw(points)).toThrow(/power law/);
});
