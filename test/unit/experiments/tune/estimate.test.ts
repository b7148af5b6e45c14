import { describe, expect, it } from "vitest";
import { meanEstimate, quantileEstimate } from "../../../../src/experiments/tune/estimate.js";
import { Random } from "../../../../src/tensor/index.js";

const numbers = (count: number, next: (i: number) => number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => next(i));

describe("the interval of a mean", () => {
  it("is that of the central limit theorem where there are many values", () => {
    const random = new Random(1);
    const values = numbers(4000, () => 3 + random.normal());
    const { value, low, high } = meanEstimate(values, new Random(2));
    const half = 1.96 / Math.sqrt(4000);
    expect(high - low).toBeGreaterThan(1.8 * half);
    expect(high - low).toBeLessThan(2.2 * half);
    expect([low < value, value < high]).toEqual([true, true]);
  });

  it("has no width where all values are the same", () => {
    const { value, low, high } = meanEstimate(
      numbers(50, () => 0.25),
      new Random(1),
    );
    expect([value, low, high]).toEqual([0.25, 0.25, 0.25]);
  });
});

describe("the interval of a quantile", () => {
  // P(40 ≤ B ≤ 60) = 0.9648 for B ~ Bin(100, ½); 41 to 60 would leave more than 2.5 % below.
  it("ends at the ranks of the binomial distribution", () => {
    const sorted = numbers(100, (i) => i + 1);
    const { value, low, high } = quantileEstimate(sorted.reverse(), 0.5);
    expect([value, low, high]).toEqual([50, 40, 61]);
  });

  it("holds the quantile in about 95 of 100 draws", () => {
    let held = 0;
    for (let draw = 0; draw < 400; draw++) {
      const random = new Random(draw + 1);
      const { low, high } = quantileEstimate(
        numbers(120, () => random.uniform()),
        0.9,
      );
      if (low <= 0.9 && 0.9 <= high) held++;
    }
    expect(held / 400).toBeGreaterThan(0.92);
    expect(held / 400).toBeLessThan(0.995);
  });

  it("ends at the largest value where there are too few", () => {
    const { high } = quantileEstimate(
      numbers(10, (i) => i),
      0.95,
    );
    expect(high).toBe(9);
  });
});
