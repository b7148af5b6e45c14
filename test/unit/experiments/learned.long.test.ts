import { beforeAll, describe, expect, test } from "vitest";
import { imageRows } from "../../../src/data/internal.js";
import { measuredRows } from "../../../src/experiments/fit/comparison.js";
import type { ExperimentResult } from "../../../src/experiments/index.js";
import { learned, mnistSolvers } from "../../../src/experiments/learned/learned.js";
import {
  type LearnedMetrics,
  learnedReport,
  learnedRows,
} from "../../../src/experiments/learned/learned-report.js";
import { familyNames, type LearnedExperimentSpec } from "../../../src/experiments/learned/learned-spec.js";
import { decodeLearned } from "../../../src/hypersolver/index.js";
import { isBroken } from "../../../src/tensor/index.js";
import { mnistForTests } from "../../helpers/images.js";

const spec = {
  ...{ evaluations: [2], coefficientsOnly: [], coefficientIterations: 20, jointIterations: 3 },
  ...{ correctionIterations: 5, studentIterations: 3, trajectories: 600, heldOut: 20 },
  families: familyNames,
};

describe("learned solvers beside a student", () => {
  let result: ExperimentResult;
  beforeAll(async () => {
    result = await learned.run({ preset: "smoke", spec, seed: 0, command: "test" });
  });

  test("have a row each, at equal evaluations, the student at equal arithmetic", () => {
    expect(result.rows.map(({ key }) => [key.evaluations, key.method])).toEqual([
      ...["best classical", "coefficients", "coefficients, consistent"].map((method) => [2, method]),
      ...["correction of a Runge–Kutta method", "coefficients and corrections", "student, no evaluation"].map(
        (m) => [2, m],
      ),
    ]);
    const macs = (i: number): number => {
      const { outcome } = result.rows[i] ?? {};
      return outcome === undefined || isBroken(outcome) ? Number.NaN : (outcome.MACs ?? Number.NaN);
    };
    expect(macs(5)).toBeLessThanOrEqual(macs(4));
    expect(macs(5)).toBeGreaterThan(0.98 * macs(4));
  });

  test("are handed out as files that can be read", () => {
    const file = (path: string) => result.artifacts.find((artifact) => artifact.path === path)?.content;
    const read = (path: string) => decodeLearned(file(path) as Uint8Array, path).method.text;
    expect(read("student-2.onnx")).toBe("student:student-2.onnx:0/1");
    expect(read("both-2.onnx")).toBe("ns:both-2.onnx:0/1");
    expect(read("coefficients-2.json")).toBe("ns:coefficients-2.json:0/1");
    expect(result.summary).toMatch(/2 +0\.\d+ \(Euler, K = 2\)/);
  });
});

test("an image classifier's solvers are measured beside its shipped corrections, by relative error", async () => {
  const { training, test: tested } = await mnistForTests();
  const images = {
    training: imageRows(training, 0, 12),
    test: imageRows(tested, 0, 8),
    description: "a little of MNIST",
  };
  const few: LearnedExperimentSpec = {
    ...{ evaluations: [2], coefficientsOnly: [], coefficientIterations: 1, jointIterations: 1 },
    ...{ trajectories: 4, heldOut: 2, families: ["coefficients", "student"] },
    studentIterations: 1,
  };
  const found = await mnistSolvers.run({ preset: "smoke", spec: few, seed: 0, command: "test", images });
  expect(found.rows.map(({ key }) => key.method)).toEqual([
    ...["best classical", "coefficients", "student, no evaluation"],
  ]);
  const { comparison } = found.metrics as LearnedMetrics;
  const shipped = measuredRows(comparison).filter(({ method }) => method.endsWith("shipped"));
  expect(shipped.map(({ nfe }) => nfe)).toEqual([10, 10, 10, 4]);
  // As the manifest of their run has it on other images: hundredths, where two steps of Euler are all wrong.
  for (const { relative } of shipped) expect(relative).toBeLessThan(0.1);
  const [best] = found.rows;
  const own = measuredRows(comparison).filter(({ role, nfe }) => role !== "hypersolver" && nfe <= 2);
  const values = best === undefined || isBroken(best.outcome) ? {} : best.outcome;
  expect(values["relative error"]).toBe(Math.min(...own.map(({ relative }) => relative)));
  await expect(mnistSolvers.run({ preset: "smoke", spec: few, seed: 0, command: "test" })).rejects.toThrow(
    /those of mnist-authors/,
  );
});

describe("what is told", () => {
  const costs = { nfe: 2, gCalls: 1, macs: 100, milliseconds: 1, quantile95: 1, relative: 1, steps: 1 };
  const shared = { tolerance: undefined, ...costs } as const;
  const fit = {
    parameters: 3,
    status: "complete",
    seconds: { reference: 1, fit: 2 },
    evaluations: 2,
  } as const;
  const metrics = (both: number, student: number) => ({
    fits: [
      { ...fit, family: "both", path: "both-2.onnx" },
      { ...fit, family: "student", path: "student-2.onnx" },
    ] as const,
    comparison: [
      { ...shared, method: "Heun", role: "other", error: 0.3 },
      { ...shared, method: "Euler", role: "other", error: 0.2 },
      { ...shared, method: "RK4", role: "other", error: 0.1, nfe: 4 },
      { ...shared, method: "NS + g", role: "hypersolver", error: both, family: "both", evaluations: 2 },
      {
        ...shared,
        method: "S",
        role: "hypersolver",
        error: student,
        family: "student",
        evaluations: 2,
        nfe: 0,
      },
    ] as const,
  });

  test("names the winner, a student too", () => {
    const verdict = (both: number, student: number) => learnedReport("t", metrics(both, student), []).verdict;
    expect(verdict(0.01, 0.05)).toMatch(/^Coefficients and corrections of 2 evaluations end 0\.0100 away/);
    expect(verdict(0.05, 0.01)).toMatch(/^A student .* ends 0\.0100 away and beats .* 0\.0500\.$/);
  });

  test("says how much closer than every rival of no more arithmetic, a student too", () => {
    const both = (student: number) => learnedRows(metrics(0.01, student))[1]?.outcome;
    expect(both(0.05)).toMatchObject({ "best of no more MACs": 0.05, "times closer": 5 });
    // RK4's four evaluations cost as much here.
    expect(both(0.5)).toMatchObject({ "best of no more MACs": 0.1 });
  });

  test("compares with the best classical method of no more evaluations", () => {
    const [best] = learnedRows(metrics(0.01, 0.05));
    expect(best?.outcome).toMatchObject({ "mean error": 0.2 });
  });
});
