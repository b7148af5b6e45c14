import { describe, expect, test } from "vitest";
import { compareMeans, meanAndStandardError } from "../../../src/metrics/index.js";
import { Random } from "../../../src/tensor/index.js";

describe("meanAndStandardError", () => {
  test("is s/√n", () => {
    expect(meanAndStandardError([1, 2, 3, 4])).toEqual({
      mean: 2.5,
      standardError: Math.sqrt(5 / 3 / 4),
      n: 4,
    });
    expect(meanAndStandardError(Float32Array.of(2, 2))).toEqual({ mean: 2, standardError: 0, n: 2 });
  });

  test("knows no error from one measurement", () => {
    expect(meanAndStandardError([7])).toEqual({ mean: 7, standardError: undefined, n: 1 });
  });

  test("keeps its digits far from zero", () => {
    const { standardError } = meanAndStandardError([1e9 + 1, 1e9 + 2, 1e9 + 3]);
    expect(standardError).toBeCloseTo(1 / Math.sqrt(3), 12);
  });

  test("refuses nothing and broken measurements", () => {
    expect(() => meanAndStandardError([])).toThrow(/a measurement/);
    expect(() => meanAndStandardError([1, Number.NaN])).toThrow(/NaN as measurement 1/);
  });
});

describe("compareMeans", () => {
  test("adds the errors in squares", () => {
    const a = { mean: 5, standardError: 3, n: 9 };
    const b = { mean: -5, standardError: 4, n: 9 };
    expect(compareMeans(a, b)).toEqual({ difference: 10, standardError: 5, indistinguishable: true });
    expect(compareMeans(a, b, 1.9).indistinguishable).toBe(false);
    expect(compareMeans(b, a).difference).toBe(-10);
  });

  test("tells equal means apart about once in 20 times", () => {
    const random = new Random(4);
    const measure = () => meanAndStandardError(Array.from({ length: 40 }, () => random.normal()));
    const apart = Array.from({ length: 1000 }, () => compareMeans(measure(), measure())).filter(
      ({ indistinguishable }) => !indistinguishable,
    );
    // Binomial of 1000 with p = 0.049: 49 ± 7.
    expect(apart.length).toBeGreaterThan(25);
    expect(apart.length).toBeLessThan(75);
  });

  test("refuses single measurements", () => {
    expect(() => compareMeans(meanAndStandardError([1]), meanAndStandardError([1, 2]))).toThrow(/1 and 2/);
  });
});
