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
  moduloCounts,
  multiplyCounts,
  productOf,
} from "../../../src/graph/onnx/import/count.js";

const small = fc.integer({ min: -6, max: 6 });
const counts: fc.Arbitrary<Count> = fc.oneof(
  small,
  fc.record({ constant: small, perRow: small.filter((perRow) => perRow !== 0) }),
);
const batches = fc.integer({ min: 0, max: 9 });

const at = (count: Count, batch: number): number =>
  typeof count === "number" ? count : count.constant + count.perRow * batch;

type Value = number | boolean;

/**
 * Exactly what `folds` names is folded, to the value that it would have at run time, for every batch.
 * @param run the same with numbers; NaN where that has no value.
 */
const agrees = (
  fold: (a: Count, b: Count) => Count | boolean | undefined,
  run: (a: number, b: number) => Value,
  folds: (a: Count, b: Count) => boolean,
): void => {
  const law = fc.property(counts, counts, batches, (a, b, batch) => {
    const folded = fold(a, b);
    expect(folded !== undefined).toBe(folds(a, b));
    if (folded === undefined) return;
    const expected = run(at(a, batch), at(b, batch));
    if (Number.isNaN(expected)) return;
    // -0 is 0: sizes have no sign of zero.
    expect(Number(typeof folded === "boolean" ? folded : at(folded, batch)) + 0).toBe(Number(expected) + 0);
  });
  fc.assert(law, { seed: 1, numRuns: 2000 });
};

const always = (): boolean => true;
const isNumber = (count: Count): count is number => typeof count === "number";

/** Whether a question has one answer for all batches: differences here are at most 12 and change by 1 or more. */
const sameForAll =
  (question: (a: number, b: number) => boolean) =>
  (a: Count, b: Count): boolean =>
    new Set(Array.from({ length: 14 }, (_, batch) => question(at(a, batch), at(b, batch)))).size === 1;

describe("arithmetic with the batch", () => {
  test("adds and subtracts", () => {
    agrees(addCounts, (a, b) => a + b, always);
    agrees(
      (a, b) => addCounts(a, b, -1),
      (a, b) => a - b,
      always,
    );
  });
  test("multiplies, unless the batch would be squared", () =>
    agrees(
      multiplyCounts,
      (a, b) => a * b,
      (a, b) => isNumber(a) || isNumber(b),
    ));
  test("divides toward zero numbers, multiples with a rest, and multiples of the batch by each other", () =>
    agrees(
      divideCounts,
      (a, b) => (b === 0 ? Number.NaN : Math.trunc(a / b)),
      (a, b) => {
        if (!isNumber(b))
          return (
            !isNumber(a) && a.constant === 0 && b.constant === 0 && Number.isInteger(a.perRow / b.perRow)
          );
        if (b === 0 || isNumber(a)) return b !== 0;
        const keepsSign = a.constant >= 0 && a.perRow > 0;
        return Number.isInteger(a.perRow / b) && (keepsSign || Number.isInteger(a.constant / b));
      },
    ));
  test.each([
    ["with the divisor's sign", false, (a: number, b: number) => a - b * Math.floor(a / b)],
    ["with the dividend's sign", true, (a: number, b: number) => a % b],
  ])("takes remainders %s", (_title, truncated, run) =>
    agrees(
      (a, b) => moduloCounts(a, b, truncated),
      (a, b) => (b === 0 ? Number.NaN : run(a, b)),
      (a, b) => {
        if (!isNumber(b) || b === 0 || isNumber(a)) return isNumber(b) && b !== 0;
        const keepsSign = !truncated || (a.constant >= 0 && a.perRow >= 0);
        return Number.isInteger(a.perRow / b) && (keepsSign || Number.isInteger(a.constant / b));
      },
    ),
  );
  test("decides equality and order exactly where every batch agrees", () => {
    const [equal, less] = [(a: number, b: number) => a === b, (a: number, b: number) => a < b];
    agrees(equalCounts, equal, sameForAll(equal));
    agrees(lessCounts, less, sameForAll(less));
    expect(equalCounts({ constant: 0, perRow: 1 }, -1)).toBe(false);
    expect(equalCounts({ constant: 0, perRow: 1 }, 1)).toBeUndefined();
    expect(lessCounts({ constant: 0, perRow: 1 }, 0)).toBe(false);
  });
  test("knows which sizes an axis can have", () => {
    expect(extentOf({ constant: 0, perRow: 1 })).toBe("batch");
    expect(extentOf({ constant: 0, perRow: 2 })).toBeUndefined();
    expect(extentOf(-1)).toBeUndefined();
    expect(productOf(["batch", 3])).toEqual({ constant: 0, perRow: 3 });
    expect(productOf(["batch", "batch"])).toBeUndefined();
    expect(formatCount({ constant: 1, perRow: 3 })).toBe("3·batch + 1");
  });
});
