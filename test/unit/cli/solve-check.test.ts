import { describe, expect, test } from "vitest";
import { checkWarning, finerSolve, growthWarning } from "../../../src/cli/commands/solve/check.js";
import { fitVerdict } from "../../../src/experiments/fit/fit-verdict.js";
import { mul } from "../../../src/graph/index.js";
import { defineField, solveField } from "../../../src/ode/index.js";
import { resolveMethod } from "../../../src/ode/internal.js";
import { fromNumbers } from "../../../src/tensor/index.js";

const z0 = fromNumbers([1, -2], [2, 1]);
const decay = (rate: number) => defineField(["batch", 1], (_, z) => mul(z, rate));

async function checked(rate: number, spelling: string) {
  const field = decay(rate);
  const method = resolveMethod(spelling);
  const place = method.kind === "fixed" && "mesh" in method.grid ? {} : ({ span: [0, 1] } as const);
  const solution = await solveField(field, z0, { ...place, method });
  const check = await finerSolve(solution, method, { field, z0, controls: {}, place, options: {} });
  return { check, solution, method };
}

describe("solve --check", () => {
  test.each([
    ["heun:8", "heun:16"],
    ["heun:0/0.25/1", "heun:0/0.125/0.25/0.625/1"],
    ["dopri5@1e-4", "dopri5@1e-5"],
    ["rodas4:2", "rodas4:4"],
  ])("%s is held against %s", async (coarse, fine) => {
    const { check } = await checked(-1, coarse);
    expect(check.method).toBe(fine);
    expect(check.relative).toBeLessThan(0.2);
    expect(check.relative).toBeGreaterThan(0);
    expect(checkWarning(check, coarse)).toBeUndefined();
  });

  test("two steps of Euler on an eigenvalue of −10⁶ mean nothing, and it is said", async () => {
    const { check, solution, method } = await checked(-1e6, "euler:2");
    expect(checkWarning(check, method.text)).toMatch(/^euler:4 ends .* of its norm away.*mean nothing/);
    expect(growthWarning(method, solution)).toMatch(/grew from 2 to .*--check/);
    const calm = await checked(-1, "euler:2");
    expect(growthWarning(calm.method, calm.solution)).toBeUndefined();
    expect(checkWarning({ method: "euler:4", nfe: 4 }, "euler:2")).toMatch(/does not come to an end/);
  });
});

test("the verdict of a fit names a stiff field", () => {
  const row = {
    role: "reference",
    steps: undefined,
    tolerance: 1e-3,
    nfe: 2000,
    gCalls: 0,
    macs: 9,
  } as const;
  const numbers = { milliseconds: 5, error: 0.1, quantile95: 0.1, relative: 0.1 };
  const result = { method: "heun", title: "Heun", steps: 1, mean: 1, median: 1, quantile95: 1, largest: 1 };
  const costs = { relative: 0.01, nfe: 2, gCalls: 0, macs: 2, milliseconds: 1 };
  const verdictOf = (stiff: object) =>
    fitVerdict({
      learn: "correction",
      base: { ...result, ...costs },
      learned: { ...result, ...costs, mean: 0.01 },
      comparison: [{ method: "dopri5", ...row, ...numbers, ...stiff }],
      losses: [],
      noiseFloor: undefined,
      iterations: 1000,
      measuring: { method: "dopri5@1e-8", precision: "float64", noise: 0 } as never,
    });
  expect(verdictOf({ stiff: true }).warnings.join()).toMatch(/stiff.*dopri5 \(tol 1e-3\).*rodas4@1e-5/);
  expect(verdictOf({}).warnings).toEqual([]);
});
