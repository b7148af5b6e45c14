import { describe, expect, test } from "vitest";
import { initialize, linear } from "../../../src/nn/index.js";
import { Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { FLOAT32_FORWARD } from "../../helpers/tolerances.js";
import { ramp, run } from "./run-module.js";

describe("linear", () => {
  test("starts as U(±1/√inFeatures): within bounds, mean 0, variance bound²/3", () => {
    const { weight, bias } = initialize(linear(100, 200), new Random(1));
    const bound = 0.1;
    for (const value of [weight, bias]) {
      const numbers = toFloat64(value as Tensor);
      expect(Math.max(...numbers.map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound));
      expect(Math.max(...numbers.map(Math.abs))).toBeGreaterThan(0.95 * bound);
    }
    const numbers = toFloat64(weight as Tensor);
    const mean = numbers.reduce((total, value) => total + value, 0) / numbers.length;
    const variance = numbers.reduce((total, value) => total + value ** 2, 0) / numbers.length;
    // Five standard errors of 20,000 draws.
    expect(Math.abs(mean)).toBeLessThan((5 * bound) / Math.sqrt(3 * numbers.length));
    expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(5 * Math.sqrt(0.8 / numbers.length));
  });

  test.each([
    [[6, 3], true] as const,
    [[3], false] as const,
    [[2, 3, 3], false] as const,
    [[2, 3, 3], true] as const,
  ])("acts on the last axis of %j (symbolic batch: %s)", (shape, batch) => {
    const module = linear(3, 2);
    const state = initialize(module, new Random(2));
    const x = ramp(shape);
    const y = run(module, state, x, batch);
    const [weight, bias, input] = [state.weight, state.bias, x].map((value) => toFloat64(value as Tensor));
    const expected = Float64Array.from({ length: y.data.length }, (_, i) => {
      const [row, column] = [Math.floor(i / 2), i % 2];
      const terms = [0, 1, 2].map((k) => (input?.[3 * row + k] ?? 0) * (weight?.[3 * column + k] ?? 0));
      return terms.reduce((total, term) => total + term, bias?.[column] ?? 0);
    });
    expect(y.shape).toEqual([...shape.slice(0, -1), 2]);
    expect(relativeDifference(toFloat64(y), expected)).toBeLessThan(FLOAT32_FORWARD);
  });

  test("says which features it wants", () => {
    const module = linear(3, 2);
    expect(() => run(module, initialize(module, new Random(1)), ramp([4, 5]))).toThrow(
      /linear 3 → 2[\s\S]*\[4, 5\]/,
    );
  });

  test("without bias has one parameter", () => {
    expect(Object.keys(linear(3, 2, { bias: false }).parameters)).toEqual(["weight"]);
  });
});
