import { expect, test } from "vitest";
import { joinRows, spreadOf } from "../../../../src/experiments/kit/result-row.js";

test("rows of several runs are joined by key; those that broke are counted with the first reason", () => {
  const row = (method: string, error: number) => ({ key: { method, steps: 2 }, outcome: { error } });
  const broken = {
    key: { method: "Euler", steps: 2 },
    outcome: { broken: "NON_FINITE", reason: "NaN" },
  } as const;
  const joined = joinRows([[row("Heun", 1), row("Euler", 2)], [row("Heun", 3), broken], [row("RK4", 7)]]);
  expect(joined).toEqual([
    { key: { method: "Heun", steps: 2 }, values: { error: { mean: 2, deviation: Math.SQRT2, n: 2 } } },
    {
      key: { method: "Euler", steps: 2 },
      values: { error: { mean: 2, n: 1 } },
      broken: { broken: "NON_FINITE", reason: "NaN", seeds: 1 },
    },
    { key: { method: "RK4", steps: 2 }, values: { error: { mean: 7, n: 1 } } },
  ]);
});

test("the deviation is the sample's, as NumPy's std with ddof=1", () => {
  // numpy.std([2, 4, 4, 4, 5, 5, 7, 9], ddof=1)
  expect(spreadOf([2, 4, 4, 4, 5, 5, 7, 9]).deviation).toBeCloseTo(2.138089935299395, 14);
});
