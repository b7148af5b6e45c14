import { describe, expect, test } from "vitest";
import { mul } from "../../../../src/graph/index.js";
import { solve, solveField } from "../../../../src/ode/index.js";
import { isBelowRounding, unitRoundoff } from "../../../../src/ode/internal.js";
import { fromNumbers } from "../../../../src/tensor/index.js";
import { scalarField } from "../../../helpers/controlled-field.js";

describe("the unit roundoff", () => {
  test("is the largest change of 1 that rounding swallows", () => {
    const { float32, float64 } = unitRoundoff;
    expect(Math.fround(1 + float32)).toBe(1);
    expect(Math.fround(1 + float32 * 1.001)).toBeGreaterThan(1);
    expect(1 + float64).toBe(1);
    expect(1 + float64 * 1.001).toBeGreaterThan(1);
  });
});

describe("a solve that rounding holds up", () => {
  const decay = (dtype: "float32" | "float64") => scalarField((_, z) => mul(z, -1), dtype);
  const one = (dtype: "float32" | "float64") => fromNumbers([1], [1, 1], dtype);

  test("ends as soon as that shows, and says why", async () => {
    const solution = await solveField(decay("float32"), one("float32"), {
      span: [0, 1],
      method: "dopri5@1e-14,maxSteps=5000",
    });
    const { acceptedSteps, rejectedSteps } = solution.statistics;
    expect(solution.status).toBe("step-underflow");
    expect(acceptedSteps + rejectedSteps).toBe(500);
    expect(solution.message).toMatch(/rounding of float32.*loosen rtol and atol, or solve in float64/);
  });

  test("also of a JavaScript field", async () => {
    const { status, message } = await solve((_, [y = 0]) => [-y], [1], {
      span: [0, 1],
      method: "dopri5@1e-25",
    });
    expect(status).toBe("step-underflow");
    expect(message).toMatch(/rounding of float64.*loosen rtol and atol\.$/);
  });

  test("is told apart from one that takes many steps to a tolerance that can be met", async () => {
    const { status, message } = await solve((s) => [Math.cos(1000 * s)], [1], {
      span: [0, 100],
      method: "dopri5@1e-9,maxSteps=1000",
    });
    expect(status).toBe("step-limit");
    expect(message).toMatch(/^Tried 1000 steps/);
  });
});

describe("tolerances below rounding", () => {
  test.each([
    [{ rtol: 1e-7, atol: 1e-9 }, 1, false],
    [{ rtol: 1e-7, atol: 0 }, 1e6, false],
    [{ rtol: 1e-8, atol: 1e-8 }, 1, true],
    [{ rtol: 0, atol: 1e-3 }, 1, false],
    [{ rtol: 0, atol: 1e-3 }, 1e6, true],
    [{ rtol: 1e-14, atol: 1e-14 }, 0, false],
  ])("%j with states of size %d: %s", (tolerances, magnitude, expected) => {
    expect(isBelowRounding(tolerances, "float32", magnitude)).toBe(expected);
  });

  test.each([
    ["float32", 1e-12, true],
    ["float32", 1e-6, false],
    ["float64", 1e-12, false],
  ] as const)("the solution says so: %s at %d", async (dtype, tolerance, told) => {
    const field = scalarField((_, z) => mul(z, -1), dtype);
    const z0 = fromNumbers([1], [1, 1], dtype);
    const solution = await solveField(field, z0, { span: [0, 0.1], method: `dopri5@${tolerance}` });
    expect(solution.status).toBe("success");
    expect(/were not met/.test(solution.message)).toBe(told);
  });
});
