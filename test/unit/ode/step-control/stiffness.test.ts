import { describe, expect, test } from "vitest";
import { constant, mul, type Node } from "../../../../src/graph/index.js";
import { defineField, dopri5, fieldAs, solve, solveField, tsit5 } from "../../../../src/ode/index.js";
import { StiffnessCount, stiffnessTest } from "../../../../src/ode/step-control/stiffness.js";
import { fromNumbers } from "../../../../src/tensor/index.js";

/** Rates of the two directions. */
const decays =
  (fast: number) =>
  (_: number, [x = 0, y = 0]: Float64Array): number[] => [-x, fast * (y - x)];

describe("where stability limits the steps", () => {
  test("the bounds are those of the pairs: Hairer's 3.25 for dopri5", () => {
    expect(stiffnessTest(dopri5)?.bound).toBeCloseTo(3.25, 1);
    expect(stiffnessTest(tsit5)?.bound).toBeGreaterThan(3);
  });

  test.each(["dopri5@1e-4", "tsit5@1e-4"])("%s says that the field is stiff", async (method) => {
    const at = async (fast: number) => solve(decays(fast), [1, 0], { span: [0, 5], method });
    expect((await at(-1000)).statistics.stiff).toBe(true);
    expect((await at(-2)).statistics).not.toHaveProperty("stiff");
    expect(
      (await solve((s, [x = 0]) => [Math.cos(30 * s) * x], [1], { span: [0, 9], method })).statistics,
    ).not.toHaveProperty("stiff");
  });

  test("so does a compiled solve, in float32", async () => {
    const at = (rate: number) =>
      solveField(
        fieldAs(
          defineField(["batch", 2], (_, z) => mul(z, rates(rate))),
          "float32",
        ),
        fromNumbers([1, 1, 2, 2], [2, 2]),
        { span: [0, 5], method: "dopri5@1e-4" },
      );
    const rates = (rate: number): Node => constant(fromNumbers([-1, rate], [1, 2]));
    expect((await at(-1000)).statistics.stiff).toBe(true);
    expect((await at(-3)).statistics).not.toHaveProperty("stiff");
  });

  test("at the limit of steps it is named, with what to do", async () => {
    const { message, status } = await solve(decays(-1e6), [1, 0], {
      span: [0, 5],
      method: "dopri5@1e-4,maxSteps=500",
    });
    expect(status).toBe("step-limit");
    expect(message).toMatch(/stiff.*rodas4@1e-5/);
  });

  test("a few limited steps among others do not count", () => {
    const count = new StiffnessCount();
    for (let i = 0; i < 100; i++) count.add(i % 10 < 4 ? 1.1 : 0.5);
    expect(count.isStiff).toBe(false);
    for (let i = 0; i < 15; i++) count.add(1);
    expect(count.isStiff).toBe(true);
  });
});
