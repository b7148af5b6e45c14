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
    const training = given.training(12, new Random(1));
    const validation = given.validation(50, new Random(1));
    expect(new Set(firsts(validation.z0))).toEqual(new Set([24, 26]));
    const calibration = given.calibration?.(50, new Random(1));
    expect(new Set(firsts(calibration?.z0 ?? z0))).toEqual(new Set([28, 30]));
    const heldOut = given.heldOut(50, new Random(1));
    expect(new Set(firsts(heldOut.z0))).toEqual(new Set([32, 34, 36, 38]));
    const seen = firsts(training.z0);
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
    expect(Array.from(training.controls.x?.data ?? [], Number)).toEqual(seen);
  });

  test("of given states repeat them when more are asked for, moved along lines between them, controls as they were", () => {
    expect(given.rows).toBe(12);
    const { z0: many, controls: theirs } = given.training(12_000, new Random(1));
    const x = Array.from(theirs.x?.data ?? [], Number);
    const values = firsts(many);
    expect(values.slice(0, 12)).toEqual(x.slice(0, 12));
    for (const value of new Set(x)) expect(x.filter((other) => other === value)).toHaveLength(1000);
    const away = values.map((value, i) => value - (x[i] ?? 0)).slice(12);
    expect(new Set(away).size).toBeGreaterThan(5000);
    // Both columns of these rows differ by one: moved along the line that they lie on, they still do.
    const seconds = Array.from({ length: 12_000 }, (_, i) => Number(many.data[2 * i + 1]));
    expect(Math.max(...seconds.map((value, i) => Math.abs(value - (values[i] ?? 0) - 1)))).toBeLessThan(1e-5);
    // Mean 11 and variance 4 · 143/12 stay; 12,000 rows know the variance to 2 %.
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean - 11)).toBeLessThan(0.3);
    expect(Math.abs(variance / ((4 * 143) / 12) - 1)).toBeLessThan(0.05);
  });

  test("that are normal: some training states are wider, by less the more dimensions there are", () => {
    const radius = (width: number): number => {
      const { data } = normalStates([width]).training(4000, new Random(1)).z0;
      const wide = Array.from({ length: 500 }, (_, i) =>
        Math.hypot(...Array.from({ length: width }, (_, j) => Number(data[8 * i * width + j]))),
      );
      return Math.sqrt(wide.reduce((sum, r) => sum + r * r, 0) / wide.length / width);
    };
    expect(Math.abs(radius(2) - 1.5)).toBeLessThan(0.1);
    expect(Math.abs(radius(200) - 1.05)).toBeLessThan(0.02);
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
