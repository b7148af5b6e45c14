import { beforeAll, describe, expect, test } from "vitest";
import type { ExperimentResult } from "../../../../src/experiments/index.js";
import { exactEnds, swingingLogistic } from "../../../../src/experiments/theory/logistic-flow.js";
import { slope } from "../../../../src/experiments/theory/slope.js";
import { solveField } from "../../../../src/ode/index.js";
import { fromNumbers, isBroken, Random } from "../../../../src/tensor/index.js";
import { expectClose } from "../../../helpers/compare.js";

test("the flow in closed form is where a tight solve arrives", async () => {
  const exact = swingingLogistic(3, new Random(7));
  const z = fromNumbers([0.1, 0.5, 0.9, 0.3, 0.7, 0.2], [2, 3], "float64");
  const span = [0.3, 1.7] as const;
  const { states } = await solveField(exact.field, z, { span, method: "dopri8@1e-12" });
  expectClose(states.at(-1) ?? z, exactEnds(exact, z, span[0], span[1] - span[0]), 1e-10);
});

describe("theorem 1", () => {
  let result: ExperimentResult;
  beforeAll(async () => {
    result = await slope.run({ preset: "smoke", seed: 0, command: "test" });
  }, 120_000);

  test("holds: slope p + 1, and a constant that is δ times that of the base", () => {
    expect(result.rows).toHaveLength(20);
    for (const { key, outcome } of result.rows) {
      if (isBroken(outcome)) throw new Error(`${JSON.stringify(key)} broke`);
      const { slope: measured = Number.NaN, "constant over base's": over = Number.NaN } = outcome;
      const delta = key["δ of g"];
      if (delta === 0) {
        // An exact residual leaves rounding, which has no slope.
        expect(Object.keys(outcome)).toEqual(["largest error"]);
        expect(outcome["largest error"]).toBeLessThan(1e-15);
        continue;
      }
      expect(Math.abs(measured - Number(key["p + 1"]))).toBeLessThan(0.1);
      expect(over / (delta === "no g" ? 1 : Number(delta))).toBeGreaterThan(0.85);
      expect(over / (delta === "no g" ? 1 : Number(delta))).toBeLessThan(1.15);
    }
  });

  test("is drawn and told", () => {
    const figures = result.artifacts.map(({ path }) => path).filter((path) => path.startsWith("figures/"));
    expect(figures).toEqual(["euler", "midpoint", "heun", "rk4"].map((base) => `figures/slope-${base}.svg`));
    expect(result.summary).toMatch(/RK4 +5 +0\.01 +(4\.9|5\.0)/);
  });
});
