import { describe, expect, test } from "vitest";
import { givenStates, normalStates, uniformStates } from "../../../../src/hypersolver/index.js";
import { fromNumbers, Random } from "../../../../src/tensor/index.js";

describe("state sources", () => {
  const z0 = fromNumbers(
    Float32Array.from({ length: 40 }, (_, i) => i),
    [20, 2],
  );
  const controls = {
    x: fromNumbers(
      Float32Array.from({ length: 20 }, (_, i) => 2 * i),
      [20, 1],
    ),
  };
  const given = givenStates("numbers", { z0, controls });
  const firsts = (tensor: { data: ArrayLike<number | bigint> }): number[] =>
    Array.from({ length: tensor.data.length / 2 }, (_, i) => Number(tensor.data[2 * i]));

  test("of given states hold a fifth out, a tenth for validation and one for calibration, never shared, controls with their states", () => {
    const training = given.training(50, new Random(1));
    const validation = given.validation(50, new Random(1));
    expect(new Set(firsts(validation.z0))).toEqual(new Set([24, 26]));
    const calibration = given.calibration?.(50, new Random(1));
    expect(new Set(firsts(calibration?.z0 ?? z0))).toEqual(new Set([28, 30]));
    const heldOut = given.heldOut(50, new Random(1));
    expect(new Set(firsts(heldOut.z0))).toEqual(new Set([32, 34, 36, 38]));
    const seen = firsts(training.z0);
    expect(seen).toHaveLength(50);
    expect(seen.every((value) => value < 24)).toBe(true);
    // 50 from 12: each four times, two of them a fifth.
    const counts = [...new Set(seen)].map((value) => seen.filter((other) => other === value).length);
    expect(counts).toHaveLength(12);
    expect(Math.max(...counts)).toBe(5);
    expect(Math.min(...counts)).toBe(4);
    expect(Array.from(training.controls.x?.data ?? [], Number)).toEqual(seen);
  });

  test("of given states refuse too few, or controls of another number", () => {
    const few = { z0: fromNumbers(new Float32Array(8), [4, 2]), controls: {} };
    expect(() => givenStates("few", few)).toThrow(/at least 10/);
    const odd = { z0, controls: { x: fromNumbers(new Float32Array(19), [19, 1]) } };
    expect(() => givenStates("odd", odd)).toThrow(/control "x"/);
  });

  test("that are drawn: in range, of one seed the same, held-out apart from training", () => {
    const source = uniformStates([3], -2, 5);
    const values = Array.from(source.training(2000, new Random(1)).z0.data, Number);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThan(5);
    // Mean 1.5 with standard error 2.02/√6000 = 0.026.
    expect(Math.abs(values.reduce((total, value) => total + value / values.length, 0) - 1.5)).toBeLessThan(
      0.1,
    );
    for (const each of [source, normalStates([3])]) {
      expect(each.training(5, new Random(1))).toEqual(each.training(5, new Random(1)));
      const [mine, other] = [each.training(5, new Random(1)), each.heldOut(5, new Random(1))];
      expect(firsts(mine.z0).filter((value) => firsts(other.z0).includes(value))).toEqual([]);
    }
    expect(() => uniformStates([2], 1, 1)).toThrow(/low < high/);
    expect(() => uniformStates([2], Number.NaN, 1)).toThrow(/low < high/);
  });
});
