import { describe, expect, test } from "vitest";
import { mul } from "../../../../src/graph/index.js";
import { solveField } from "../../../../src/ode/index.js";
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
