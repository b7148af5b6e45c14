import { describe, expect, test } from "vitest";
import { agentsReport, agentsRows } from "../../../../src/experiments/agents/agents-report.js";
import { agentsPresets } from "../../../../src/experiments/agents/agents-table.js";
import { familyNamed } from "../../../../src/experiments/agents/families.js";
import { familyNames } from "../../../../src/experiments/agents/family-names.js";
import {
  agentNames,
  costAt,
  rivalNames,
  type SteeredPoint,
} from "../../../../src/experiments/agents/steering.js";
import { experimentNamed } from "../../../../src/experiments/index.js";
import { fixed, rk4, solveField } from "../../../../src/ode/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";

/** dz/ds of every family once more, in plain numbers. */
const formulas: Readonly<
  Record<string, (z: readonly number[], p: Readonly<Record<string, number[]>>) => number[]>
> = {
  pendulum: ([angle = 0, speed = 0], { length: [l = 1] = [], damping: [c = 0] = [] }) => [
    speed,
    (-9.81 / l) * Math.sin(angle) - c * speed,
  ],
  "van der Pol": ([x = 0, y = 0], { mu: [mu = 0] = [] }) => [y, mu * (1 - x * x) * y - x],
  "Lotka–Volterra": (
    [x = 0, y = 0],
    { alpha: [a = 0] = [], beta: [b = 0] = [], gamma: [c = 0] = [], delta: [d = 0] = [] },
  ) => [a * x - b * x * y, d * x * y - c * y],
  "Lorenz-96": (x, { force: [force = 0] = [] }) => {
    const at = (i: number): number => x[(i + x.length) % x.length] ?? 0;
    return x.map((own, i) => (at(i + 1) - at(i - 2)) * at(i - 1) - own + force);
  },
  "random MLPs": (z, { weight1 = [], bias1 = [], weight2 = [] }) => {
    const [d, w] = [z.length, bias1.length];
    const hidden = bias1.map((b, j) =>
      Math.tanh(z.reduce((sum, x, i) => sum + (weight1[j * d + i] ?? 0) * x, b)),
    );
    return z.map((_, i) => hidden.reduce((sum, h, j) => sum + (weight2[i * w + j] ?? 0) * h, 0));
  },
};

describe.each(familyNames)("the family %s", (name) => {
  test("is the field of its formula, for every member of a batch", async () => {
    const { family } = familyNamed(name);
    const { z0, controls } = family.states.heldOut(3, new Random(1));
    const step = 1e-3;
    const method = fixed(rk4, { steps: 1 });
    const { states } = await solveField(family.field, z0, { method, span: [0, step], controls, threads: 1 });
    const width = z0.shape[1] ?? 0;
    const row = (value: Tensor, i: number): number[] => {
      const size = value.shape[1] ?? 1;
      return [...toFloat64(value).subarray(i * size, (i + 1) * size)];
    };
    for (let i = 0; i < 3; i++) {
      const own = Object.fromEntries(
        Object.entries(controls).map(([control, value]) => [control, row(value, i)]),
      );
      const f = (z: readonly number[]): number[] => formulas[name]?.(z, own) ?? [];
      // One step of RK4 by hand.
      const z = row(z0, i);
      const moved = (k: readonly number[], h: number): number[] => z.map((x, j) => x + h * (k[j] ?? 0));
      const k1 = f(z);
      const k2 = f(moved(k1, step / 2));
      const k3 = f(moved(k2, step / 2));
      const k4 = f(moved(k3, step));
      const end = z.map(
        (x, j) => x + (step / 6) * ((k1[j] ?? 0) + 2 * (k2[j] ?? 0) + 2 * (k3[j] ?? 0) + (k4[j] ?? 0)),
      );
      expect(relativeDifference(row(states.at(-1) as Tensor, i), end)).toBeLessThan(1e-6);
    }
    expect(width).toBeGreaterThan(1);
    const far = familyNamed(name, "beyond").family;
    expect(() => family.requireMembers(far.states.heldOut(50, new Random(1)).controls)).toThrow(
      /a number from/,
    );
  });
});

describe("the cost of a rival at an error", () => {
  const point = (cost: number, error: number): SteeredPoint => ({
    by: "",
    setting: 0,
    error,
    cost,
    nfe: cost,
    gCalls: 0,
  });
  const front = [point(40, 1e-4), point(10, 1e-2), point(20, 1e-3)];
  test.each([
    [1e-2, 10],
    [1e-3, 20],
    [10 ** -2.5, 10 * Math.SQRT2],
    [1e-4, 40],
  ])("of %d is on the line between its settings", (error, cost) => {
    expect(costAt(front, error)).toBeCloseTo(cost, 9);
  });
  test("is unknown beyond them", () => {
    expect([costAt(front, 0.1), costAt(front, 1e-5), costAt([], 0.1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("what a run tells", () => {
  const point = (by: string, setting: number, cost: number, error: number): SteeredPoint => ({
    ...{ by, setting, cost, error, nfe: cost, gCalls: 0 },
  });
  const metrics = {
    within: [
      {
        family: "pendulum" as const,
        unseen: [{ what: "told the parameters", ratio: 0.25 }],
        beyond: [{ what: "told the parameters", broken: "NON_FINITE" as const, reason: "left the numbers" }],
        adapted: [{ what: "told nothing", steps: 20, ratio: 0.5 }],
      },
    ],
    steering: [
      {
        family: "pendulum" as const,
        points: [
          point(agentNames.both, 1e-3, 10, 1e-2),
          point(rivalNames.pi, 1e-1, 10, 1e-1),
          point(rivalNames.pi, 1e-3, 40, 1e-3),
        ],
      },
    ],
  };

  test("has a row for everything, broken ones among them, and rivals at equal error", () => {
    const rows = agentsRows(metrics);
    expect(rows.map(({ outcome }) => outcome)).toEqual([
      { "error over Heun's": 0.25 },
      { broken: "NON_FINITE", reason: "left the numbers" },
      { "error over Heun's": 0.5 },
      { error: 1e-2, cost: 10, [`cost of ${rivalNames.pi}`]: expect.closeTo(20, 9) },
    ]);
  });

  test("says less of a run that was cut short", () => {
    expect(agentsReport("title", {}, []).verdict).toBe("");
    expect(agentsReport("title", metrics, []).verdict).toMatch(/^On members that they have not seen/);
  });
});

test("one family leaves nothing to learn from when it is left out", async () => {
  const request = { preset: "smoke", seed: 0, command: "", changes: { families: ["pendulum"] } } as const;
  await expect(experimentNamed("agents").run(request)).rejects.toThrow(/two or more different ones/);
  expect(agentsPresets.smoke.families.length).toBe(2);
});

test("values of other members do not fit", () => {
  const { family } = familyNamed("van der Pol");
  expect(() => family.requireMembers({ mu: fromNumbers([5], [1, 1]) })).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
});
