import { beforeAll, describe, expect, test } from "vitest";
import type { ExperimentResult } from "../../../../src/experiments/index.js";
import { exactEnds, swingingLogistic } from "../../../../src/experiments/theory/logistic-flow.js";
import { linearTest, turnedCorrection } from "../../../../src/experiments/theory/stability.js";
import { theory } from "../../../../src/experiments/theory/theory.js";
import { hyper } from "../../../../src/hypersolver/index.js";
import { type ButcherTableau, euler, midpoint, rk4, solveField } from "../../../../src/ode/index.js";
import { fromNumbers, isBroken, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { expectClose, relativeDifference } from "../../../helpers/compare.js";

test("the flow in closed form is where a tight solve arrives", async () => {
  const exact = swingingLogistic(3, new Random(7));
  const z = fromNumbers([0.1, 0.5, 0.9, 0.3, 0.7, 0.2], [2, 3], "float64");
  const span = [0.3, 1.7] as const;
  const { states } = await solveField(exact.field, z, { span, method: "dopri8@1e-12" });
  expectClose(states.at(-1) ?? z, exactEnds(exact, z, span[0], span[1] - span[0]), 1e-10);
});

/** R_p(w) = Σ w^j/j!, real and imaginary part. */
function polynomial(order: number, [a, b]: readonly [number, number]): readonly [number, number] {
  let [x, y, termX, termY] = [1, 0, 1, 0];
  for (let j = 1; j <= order; j++) {
    [termX, termY] = [(termX * a - termY * b) / j, (termX * b + termY * a) / j];
    [x, y] = [x + termX, y + termY];
  }
  return [x, y];
}

test.each([
  [euler, 0.1, 0],
  [midpoint, 0.3, 2],
  [rk4, 0.05, 4],
] as const)(
  "a step of $name multiplies by e^w + δ e^(iθ) (e^w − R_p(w))",
  async (base: ButcherTableau, delta, theta) => {
    const w = [-1.3, 0.8] as const;
    const request = {
      method: hyper(turnedCorrection(base, delta, theta), { steps: 1 }),
      span: [0, 0.5] as const,
      controls: { lambda: fromNumbers([w[0] / 0.5, w[1] / 0.5], [1, 2], "float64") },
    };
    const { states } = await solveField(
      linearTest("float64"),
      fromNumbers([1, 0], [1, 2], "float64"),
      request,
    );
    const [real, imaginary] = [Math.exp(w[0]) * Math.cos(w[1]), Math.exp(w[0]) * Math.sin(w[1])];
    const [x, y] = polynomial(base.order, w);
    const [gapX, gapY] = [real - x, imaginary - y];
    const [a, b] = [delta * Math.cos(theta), delta * Math.sin(theta)];
    const expected = [real + a * gapX - b * gapY, imaginary + a * gapY + b * gapX];
    expect(relativeDifference(toFloat64(states.at(-1) as Tensor), expected)).toBeLessThan(1e-12);
  },
);

describe("theorem 1", () => {
  let result: ExperimentResult;
  beforeAll(async () => {
    result = await theory.run({ preset: "smoke", seed: 0, command: "test" });
  });
  const outcomeOf = (
    is: (key: Readonly<Record<string, string | number>>) => boolean,
  ): Readonly<Record<string, number>> => {
    const row = result.rows.find(({ key }) => is(key));
    if (row === undefined || isBroken(row.outcome)) throw new Error("no such row");
    return row.outcome;
  };

  test("holds: slope p + 1, and a constant that is δ times that of the base", () => {
    const rows = result.rows.filter(({ key }) => "δ of g" in key);
    expect(rows).toHaveLength(20);
    for (const { key, outcome } of rows) {
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

  test.each([
    ["Euler, order 1", 1, 1],
    ["HyperEuler, order 1", 1, 1],
    ["midpoint, order 2", 2, 2],
    ["HyperMidpoint, order 2", 2, 2],
    ["RK4, order 4", 4, 4],
    ["HyperRK4, order 4", 4, 4],
  ])("%s: %d evaluations a step, and its orders", (solver, stages, order) => {
    const outcome = outcomeOf((key) => key.solver === solver);
    expect(outcome["NFE a step"]).toBeCloseTo(stages, 10);
    // Errors of this g have no sign that they keep: they add up as a random walk, half an order better.
    const extra = solver.startsWith("Hyper") && order > 1 ? 0.5 : 0;
    expect(Math.abs((outcome["global order"] ?? 0) - order - extra)).toBeLessThan(0.25);
    expect(Math.abs((outcome["local order"] ?? 0) - order - 1)).toBeLessThan(0.2);
  });

  test("stability: bases as the books have them, a g of relative error δ up to about (p!/δ)^(1/p)", () => {
    const interval = (base: string, error: string | number): number =>
      outcomeOf((key) => key["base of the step"] === base && key["error of g"] === error)[
        "real axis stable to −"
      ] ?? Number.NaN;
    expect(interval("Euler", "no g")).toBeCloseTo(2, 1);
    expect(interval("midpoint", "no g")).toBeCloseTo(2, 1);
    expect(interval("RK4", "no g")).toBeCloseTo(2.785, 1);
    // |e^w + δ e^(iθ) (e^w − 1 − w)| for large −w: δ |w + 1|, which is 1 at w = −1 − 1/δ.
    expect(interval("Euler", 0.1)).toBeCloseTo(11, 1);
    expect(interval("Euler", 0.01)).toBeCloseTo(101, 1);
  });

  test("a stiff direction: Euler grows, the hypersolver does not", () => {
    const outcome = outcomeOf((key) => "ε κ" in key);
    expect(Object.keys(outcome)).toEqual([
      "error of Euler",
      "error of RK4",
      "error of HyperEuler",
      "from states 3 times as wide",
    ]);
    expect(outcome["error of HyperEuler"]).toBeLessThan(outcome["error of Euler"] ?? 0);
  });

  test("is drawn and told", () => {
    const figures = result.artifacts.map(({ path }) => path).filter((path) => path.startsWith("figures/"));
    expect(figures).toEqual([
      ...["euler", "midpoint", "heun", "rk4"].map((base) => `figures/slope-${base}.svg`),
      "figures/stability.svg",
    ]);
    expect(result.summary).toMatch(/RK4 +5 +0\.01 +(4\.9|5\.0)/);
  });
});
