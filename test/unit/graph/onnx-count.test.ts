import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addCounts,
  type Count,
  divideCounts,
  equalCounts,
  extentOf,
  formatCount,
  lessCounts,
  multiplyCounts,
  productOf,
} from "../../../src/graph/onnx/import/count.js";

const small = fc.integer({ min: -6, max: 6 });
const counts: fc.Arbitrary<Count> = fc.oneof(
  small,
  fc.record({ constant: small, slope: small.filter((slope) => slope !== 0) }),
);
const batches = fc.integer({ min: 0, max: 9 });

const at = (count: Count, batch: number): number =>
  typeof count === "number" ? count : count.constant + count.slope * batch;

/** What can be folded has the value that it would have at run time, for every batch. */
const agrees = (
  fold: (a: Count, b: Count) => Count | boolean | undefined,
  run: (a: number, b: number) => number | boolean,
): void =>
  fc.assert(
    fc.property(counts, counts, batches, (a, b, batch) => {
      const folded = fold(a, b);
      if (folded === undefined) return;
      const actual = typeof folded === "boolean" ? folded : at(folded, batch);
      const expected = run(at(a, batch), at(b, batch));
      if (!Number.isNaN(Number(expected))) expect(Number(actual)).toBeCloseTo(Number(expected), 12);
    }),
    { seed: 1, numRuns: 2000 },
  );

describe("arithmetic with the batch", () => {
  test("adds and subtracts", () => {
    agrees(addCounts, (a, b) => a + b);
    agrees(
      (a, b) => addCounts(a, b, -1),
      (a, b) => a - b,
    );
  });
  test("multiplies", () => agrees(multiplyCounts, (a, b) => a * b));
  test("divides toward zero, where the rounding is the same for every batch", () =>
    agrees(divideCounts, (a, b) => (b === 0 ? Number.NaN : Math.trunc(a / b))));
  test("decides equality and order only where every batch agrees", () => {
    agrees(equalCounts, (a, b) => a === b);
    agrees(lessCounts, (a, b) => a < b);
    expect(equalCounts({ constant: 0, slope: 1 }, -1)).toBe(false);
    expect(equalCounts({ constant: 0, slope: 1 }, 1)).toBeUndefined();
    expect(lessCounts({ constant: 0, slope: 1 }, 0)).toBe(false);
  });
  test("knows which sizes an axis can have", () => {
    expect(extentOf({ constant: 0, slope: 1 })).toBe("batch");
    expect(extentOf({ constant: 0, slope: 2 })).toBeUndefined();
    expect(extentOf(-1)).toBeUndefined();
    expect(productOf(["batch", 3])).toEqual({ constant: 0, slope: 3 });
    expect(productOf(["batch", "batch"])).toBeUndefined();
    expect(formatCount({ constant: 1, slope: 3 })).toBe("3·batch + 1");
  });
});
