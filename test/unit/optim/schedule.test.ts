import { describe, expect, test } from "vitest";
import { constant, cosineAnnealing, oneCycle, warmup } from "../../../src/optim/index.js";

test("constant stays", () => {
  expect([0, 5, 1e6].map(constant(3e-4))).toEqual([3e-4, 3e-4, 3e-4]);
});

test("cosineAnnealing holds its last rate", () => {
  const schedule = cosineAnnealing({ from: 1, to: 0.1, iterations: 10 });
  expect(schedule(5)).toBeCloseTo(0.55, 15);
  expect(schedule(11)).toBe(schedule(10));
  expect(schedule(10)).toBe(0.1);
});

test("cosineAnnealing refuses a length of 0", () => {
  expect(() => cosineAnnealing({ from: 1, iterations: 0 })).toThrow(/positive number/);
});

test("warmup rises linearly and hands over without a jump", () => {
  const schedule = warmup((iteration) => 1 / (1 + iteration), 3);
  expect([0, 1, 2, 3, 4].map(schedule)).toEqual([0.25, 0.5, 0.75, 1, 0.5]);
});

describe("oneCycle", () => {
  const schedule = oneCycle({ peak: 1, iterations: 100 });

  test("goes from peak/25 over the peak at 30 % down to peak/250,000", () => {
    expect(schedule(0)).toBeCloseTo(1 / 25, 15);
    expect(schedule(29)).toBe(1);
    expect(schedule(99)).toBeCloseTo(1 / 250_000, 15);
  });

  test("halfway of each phase is the mean of its ends", () => {
    expect(schedule(14.5)).toBeCloseTo((1 + 1 / 25) / 2, 15);
    expect(schedule(64)).toBeCloseTo((1 + 1 / 250_000) / 2, 15);
  });

  test("is finite in the shortest cycles", () => {
    for (const iterations of [1, 2, 3, 4, 10])
      for (let i = 0; i < iterations; i++)
        expect(oneCycle({ peak: 1, iterations })(i)).toSatisfy(Number.isFinite);
  });
});
