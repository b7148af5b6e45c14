import { beforeAll, describe, expect, test } from "vitest";
import {
  coefficientLearner,
  compareMethods,
  correctionLearner,
  type FitRun,
  type LearnedCorrection,
  runFit,
  standardCompetitors,
} from "../../../src/experiments/index.js";
import { fitSummary } from "../../../src/experiments/internal.js";
import { importOnnx } from "../../../src/graph/index.js";
import { goldenVectorsOf } from "../../../src/hypersolver/internal.js";
import { MEASURING } from "../../../src/hypersolver/reference/reference.js";
import { Random } from "../../../src/tensor/index.js";
import { convolutionalField, imageShape, smallImageFit } from "../../helpers/image-fields.js";
import { unbroken } from "../../helpers/unbroken.js";

const field = convolutionalField();

describe("a whole run on images", () => {
  let run: FitRun<LearnedCorrection>;
  beforeAll(async () => {
    const { states, ...small } = smallImageFit;
    const spec = { ...small, iterations: 60, trajectoryIterations: 20 };
    const learner = correctionLearner(spec);
    const request = { field, title: "images", command: "test", learner, states };
    run = await runFit({ ...request, heldOut: 20, budget: [4, 8] });
  });

  test("measures against a float32 reference and says how far that is off", () => {
    expect(run.metrics.measuring).toMatchObject({ method: "dopri5@1e-6", precision: "float32" });
    expect(run.metrics.measuring.noise).toBeGreaterThan(0);
    expect(run.metrics.measuring.noise).toBeLessThan(1e-5);
    const [hypersolver, base] = [run.metrics.learned, run.metrics.base].map(unbroken);
    expect(hypersolver?.relative).toBeLessThan((base?.relative ?? 0) / 2);
    expect(run.metrics).toMatchObject({ heldOutSamples: 20, iterations: 80 });
    expect(fitSummary(run.metrics)).toMatch(/^HyperEuler with 4 steps/);
  });

  test("writes a card with statistics by channel", () => {
    expect(run.card).toMatchObject({ stateShape: ["batch", ...imageShape], inputs: ["z", "stages", "s"] });
    expect(run.card.states.mean.length).toBe(2);
    expect(run.card.states.deviation.length).toBe(2);
    for (const deviation of run.card.states.deviation) expect(deviation).toBeCloseTo(1, 0);
  });

  test("makes the files and figures that images have", () => {
    const paths = run.artifacts.map(({ path }) => path);
    expect(paths.filter((path) => /\.(onnx|html|svg)$/.test(path))).toEqual([
      ...["correction.onnx", "solver.onnx", "figures/pareto.svg", "figures/error-histogram.svg"],
      ...["figures/training.svg", "report.html"],
    ]);
    const report = String(run.artifacts.find(({ path }) => path === "report.html")?.content);
    expect(report).toContain("dopri5@1e-6 in float32 (itself off by");
    const solver = run.artifacts.find(({ path }) => path === "solver.onnx")?.content as Uint8Array;
    const golden = goldenVectorsOf(importOnnx(solver, "solver.onnx").metadata, "solver.onnx");
    expect(golden?.z1.shape).toEqual([4, ...imageShape]);
  });
});

test("coefficients are learned for images by the same run, and judged by the relative error", async () => {
  const { states } = smallImageFit;
  const learner = coefficientLearner({ evaluations: 2, iterations: 60, trajectories: 32, batch: 8 });
  const request = { field, title: "images", command: "test", learner, states, figures: false };
  const { metrics, artifacts } = await runFit({ ...request, heldOut: 20, budget: [2] });
  expect(unbroken(metrics.learned).relative).toBeLessThan(unbroken(metrics.base).relative);
  expect(artifacts.map(({ path }) => path)).toEqual(["coefficients.json", "solver.onnx", "metrics.json"]);
});

test("methods are compared on images against the reference that is asked for", async () => {
  const samples = smallImageFit.states.heldOut(6, new Random(1));
  const methods = standardCompetitors(field, { budget: [8], tolerances: [1e-3] });
  const options = { field, span: [0, 1] as const, samples, methods, repetitions: 1 };
  const rough = (await compareMethods(options)).map(unbroken);
  const exact = (await compareMethods({ ...options, measuring: MEASURING })).map(unbroken);
  for (const [i, row] of exact.entries()) {
    expect(row.method).toBe(rough[i]?.method);
    expect(rough[i]?.relative).toBeCloseTo(row.relative, 4);
  }
});
