import { describe, expect, test } from "vitest";
import type { LoopRow } from "../../../../src/experiments/control/closed-loops.js";
import {
  loopFigures,
  openLoopFigures,
  pathFigures,
} from "../../../../src/experiments/control/control-figures.js";
import {
  type ControlMetrics,
  controlReport,
  controlRows,
} from "../../../../src/experiments/control/control-report.js";
import { controlPresets } from "../../../../src/experiments/control/control-spec.js";
import { controlTasks } from "../../../../src/experiments/control/tasks.js";
import { experimentNamed } from "../../../../src/experiments/registry.js";

const loop = (inner: string, cost: number, nfe: number, violated = 0): LoopRow => ({
  ...{ task: "pendulum", inner, role: inner.startsWith("Hyper") ? "hypersolver" : "other" },
  scores: {
    ...{ costs: [cost, 3 * cost], violated, largestViolation: violated, nfe, milliseconds: nfe / 10 },
    paths: [[[0, 1]], [[0.5, 2]], [[1, 1]]],
  },
});

const broken = { broken: "NON_FINITE", reason: "A number is NaN or infinite" } as const;

const open = (method: string, horizon: number, nfe: number): ControlMetrics["openLoop"][number] => ({
  ...{ task: "pendulum", method, steps: 1 },
  role: method.startsWith("Hyper") ? "hypersolver" : "other",
  scores: { nfe, interval: horizon / 10, horizon, milliseconds: nfe / 4 },
});

const metrics: ControlMetrics = {
  openLoop: [
    open("Euler", 2, 8),
    open("midpoint", 0.2, 16),
    open("RK4", 0.005, 32),
    open("HyperEuler", 0.01, 8),
  ],
  closedLoop: [loop("Euler", 3, 80), loop("RK4", 2, 320, 0.1), loop("HyperEuler", 2.1, 80)],
  modelErrors: [
    {
      predictions: [
        { task: "pendulum", inner: "RK4, nominal model", error: 0.13 },
        { task: "pendulum", inner: "RK4, true model", error: broken },
      ],
      shares: {
        task: "pendulum",
        learned: { missed: 0.5, model: 0.1, truncation: 0.4, left: 0.01 },
        true: { model: 0.11, truncation: 0.41 },
      },
      loops: [loop("RK4, nominal model", 5, 320), { ...loop("RK4, true model", 1, 320), scores: broken }],
    },
  ],
};

describe("what a run of control is told by", () => {
  test("rows: errors, costs over RK4's, violations, shares; what broke says so", () => {
    const rows = controlRows(metrics);
    expect(rows.find(({ key }) => key["inner model"] === "HyperEuler")?.outcome).toMatchObject({
      ...{ cost: 4.2, "cost over RK4's": 1.05, "NFE a plan": 80 },
    });
    expect(rows.find(({ key }) => key["an Euler step misses"] === "truncation")?.outcome).toMatchObject({
      ...{ learned: 0.4, true: 0.41, "of all": 0.5, "left of all": 0.01 },
    });
    const friction = rows.filter(({ key }) => "inner model, plant with friction" in key);
    expect(friction.map(({ outcome }) => outcome)).toMatchObject([
      { "prediction error": 0.13, cost: 10 },
      broken,
    ]);
  });

  test("the verdict", () => {
    const { verdict } = controlReport("Control", metrics, []);
    expect(verdict).toContain("HyperEuler is off by 0.0100 (Euler 2, midpoint 0.200, RK4 0.00500)");
    expect(verdict).toContain(
      "the closed loop costs 5% more than with RK4, and a decision takes 8 ms of processor time instead of 32",
    );
    expect(verdict).toContain("h finds 0.100 in the model (true: 0.110)");
  });

  test("pictures", () => {
    const names = [
      ...openLoopFigures(metrics.openLoop),
      ...loopFigures(metrics.closedLoop, "nominal"),
      ...pathFigures(metrics.closedLoop),
      ...loopFigures(
        metrics.modelErrors.flatMap(({ loops }) => loops),
        "friction",
      ),
    ].map(({ name }) => name);
    expect(names).toEqual([
      "random-controls-pendulum",
      "closed-loop-nominal-pendulum",
      "paths-pendulum",
      "closed-loop-friction-pendulum",
    ]);
    expect(loopFigures([{ ...loop("RK4", 1, 1), scores: broken }], "nominal")).toEqual([]);
  });
});

describe.each(Object.values(controlTasks))("$name", (task) => {
  test("begins where its corrections learn, within its constraints' reach", () => {
    const { states, starts, model, plant, problem, plane } = task;
    expect(states.low).toHaveLength(model.stateNames.length);
    for (const [i, low] of starts.low.entries()) {
      expect(low).toBeGreaterThanOrEqual(states.low[i] ?? 0);
      expect(starts.high[i]).toBeLessThanOrEqual(states.high[i] ?? 0);
    }
    expect(problem.bounds.low).toHaveLength(model.controlNames.length);
    expect(plant.stateNames).toEqual(model.stateNames);
    expect(Math.max(...plane)).toBeLessThan(model.stateNames.length);
    expect(problem.horizon * problem.controlRate).toBeCloseTo(
      Math.round(problem.horizon * problem.controlRate),
      9,
    );
  });
});

test("every preset names tasks that there are", () => {
  for (const { tasks } of Object.values(controlPresets))
    for (const name of tasks) expect(Object.keys(controlTasks)).toContain(name);
  expect(experimentNamed("control").name).toBe("control");
  expect(() => experimentNamed("control").specOf("smoke", { tasks: ["unicycle"] })).toThrow(/pendulum/);
});
