import { describe, expect, test } from "vitest";
import { correctionLearner, runFit } from "../../../src/experiments/index.js";
import { fitSummary } from "../../../src/experiments/internal.js";
import { mul, neg } from "../../../src/graph/index.js";
import { decodeCorrection, type StateSource, uniformStates } from "../../../src/hypersolver/index.js";
import { defineField } from "../../../src/ode/index.js";
import { isBroken, toFloat64 } from "../../../src/tensor/index.js";
import { unbroken } from "../../helpers/unbroken.js";

/** dz/ds = −z³: Euler's method with few steps overflows from the larger of these states. */
const field = defineField(["batch", 1], (_s, z) => neg(mul(z, mul(z, z))));

/** dz/ds = z², solved by z₀ / (1 − z₀ s): from z₀ = 3 it is infinite before s = 1. */
const explosive = defineField(["batch", 1], (_s, z) => mul(z, z));

const light = {
  ...{ iterations: 100, trajectories: 256, batch: 64, hidden: [8], base: "euler", span: [0, 1] as const },
};

/** Held-out states whose fourth row is 3. */
function withOneLost(): StateSource {
  const source = uniformStates([1], -1, 0.5);
  return {
    ...source,
    heldOut: (count, random) => {
      const samples = source.heldOut(count, random);
      samples.z0.data[3] = 3;
      return samples;
    },
  };
}

describe("a held-out state that cannot be solved", () => {
  test("costs itself, not the fit nor the comparison of the others", async () => {
    const spec = { ...light, steps: 4 };
    const run = await runFit({
      field: explosive,
      title: "squares",
      command: "test",
      learner: correctionLearner(spec),
      states: withOneLost(),
      heldOut: 50,
      budget: [4],
    });
    expect(run.metrics).toMatchObject({ heldOutSamples: 49, dropped: { rows: [3] } });
    expect(unbroken(run.metrics.learned).mean).toBeLessThan(unbroken(run.metrics.base).mean);
    expect(run.metrics.comparison.filter(isBroken)).toEqual([]);
    const report = String(run.artifacts.find(({ path }) => path === "report.html")?.content);
    expect(report).toContain("1 more, row 3, could not be solved and is left out");
  });
});

describe("a hypersolver that breaks where it is measured", () => {
  test("is kept, and said to break", async () => {
    const far = uniformStates([1], 40, 60);
    const states = { ...uniformStates([1], -1, 1), heldOut: far.heldOut };
    const spec = { ...light, steps: 8 };
    const request = {
      field,
      title: "far",
      command: "test",
      learner: correctionLearner(spec),
      states,
      heldOut: 20,
      figures: true,
      budget: [8],
    };
    const { metrics, artifacts } = await runFit(request);
    expect(metrics.learned).toMatchObject({ steps: 8, broken: "NON_FINITE" });
    expect(fitSummary(metrics)).toMatch(/^HyperEuler with 8 steps breaks on these states\.$/);
    expect(metrics.brokenSolver).toMatchObject({ broken: "NON_FINITE" });
    const paths = artifacts.map(({ path }) => path);
    expect(paths).toContain("correction.onnx");
    expect(paths).toContain("report.html");
    expect(paths).not.toContain("solver.onnx");
  });
});

describe("a base that breaks on some states", () => {
  test("costs neither the fit nor its files", async () => {
    const spec = {
      ...{ base: "euler", steps: 8, span: [0, 2] as const },
      ...{ iterations: 400, trajectories: 1024, batch: 128, hidden: [16] },
    };
    const request = {
      field,
      title: "cubic",
      command: "test",
      learner: correctionLearner(spec),
      states: uniformStates([1], -8, 8),
      heldOut: 200,
      figures: true,
      budget: [2, 8],
    };
    const { metrics, artifacts, card } = await runFit(request);
    expect(metrics.base).toMatchObject({ method: "euler", steps: 8, broken: "NON_FINITE" });
    expect(isBroken(metrics.learned)).toBe(false);
    expect(card.measured.every(({ base, hypersolver }) => Number.isFinite(base + hypersolver))).toBe(true);
    const file = artifacts.find(({ path }) => path === "correction.onnx")?.content;
    const read = decodeCorrection(file as Uint8Array, "correction.onnx");
    expect(Object.values(read.parameters).some((value) => toFloat64(value).some((x) => x !== 0))).toBe(true);
  });
});
