import { describe, expect, test } from "vitest";
import { maximumMeanDiscrepancy, slicedWasserstein } from "../../../src/metrics/index.js";
import { fromNumbers, isHypersolversError, Random, type Tensor } from "../../../src/tensor/index.js";
import { gaussian, points } from "./samples.js";

const distances: Record<string, (a: Tensor, b: Tensor) => number> = {
  slicedWasserstein: (a, b) => slicedWasserstein(a, b, { random: new Random(1) }),
  maximumMeanDiscrepancy: (a, b) => maximumMeanDiscrepancy(a, b, { random: new Random(1) }),
};

/** The code of the error that a call throws. */
function codeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return isHypersolversError(error) ? error.code : String(error);
  }
  return undefined;
}

const good = gaussian(1, 5, [0, 0]);
const empty = fromNumbers([], [0, 2], "float64");

describe.each(Object.entries(distances))("%s refuses", (_, distance) => {
  const both = (bad: Tensor): (string | undefined)[] => [
    codeOf(() => distance(bad, good)),
    codeOf(() => distance(good, bad)),
  ];

  test("empty samples", () => {
    expect(both(empty)).toEqual(["INVALID_ARGUMENT", "INVALID_ARGUMENT"]);
    expect(codeOf(() => distance(empty, empty))).toBe("INVALID_ARGUMENT");
  });

  test("coordinates that are NaN or infinite, and says which point", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(both(points([0, 1], [2, value], [3, 4]))).toEqual(["NON_FINITE", "NON_FINITE"]);
    }
    expect(() => distance(good, points([0, 1], [2, Number.NaN]))).toThrow(/: b.*\n.*\n.*NaN in point 1/);
  });

  test("other dimensions and other ranks", () => {
    const mismatch = ["SHAPE_MISMATCH", "SHAPE_MISMATCH"];
    expect(both(gaussian(1, 5, [0, 0, 0]))).toEqual(mismatch);
    expect(both(fromNumbers([1, 2, 3, 4], [4], "float64"))).toEqual(mismatch);
    expect(both(fromNumbers([1, 2, 3, 4], [1, 2, 2], "float64"))).toEqual(mismatch);
    expect(both(fromNumbers([], [3, 0], "float64"))).toEqual(mismatch);
  });
});

test("options that make no sense are refused", () => {
  const random = new Random(1);
  for (const projections of [0, -1, 1.5, Number.NaN]) {
    const call = (): number => slicedWasserstein(good, good, { projections, random });
    expect(codeOf(call)).toBe("INVALID_ARGUMENT");
  }
  for (const options of [{ bandwidth: 0 }, { bandwidth: Number.NaN }, { block: 1 }, { block: Number.NaN }]) {
    const call = (): number => maximumMeanDiscrepancy(good, good, { ...options, random });
    expect(codeOf(call)).toBe("INVALID_ARGUMENT");
  }
});
