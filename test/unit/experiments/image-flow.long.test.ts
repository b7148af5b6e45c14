import { expect, test } from "vitest";
import { imageRows } from "../../../src/data/internal.js";
import { imageFlow } from "../../../src/experiments/image-flow/image-flow.js";
import type { ImageFlowMetrics } from "../../../src/experiments/image-flow/image-flow-report.js";
import { imageFlowPresets } from "../../../src/experiments/image-flow/image-flow-spec.js";
import type { LabeledImages } from "../../../src/experiments/index.js";
import { isBroken } from "../../../src/tensor/index.js";
import { mnistForTests } from "../../helpers/images.js";

async function few(): Promise<LabeledImages> {
  const { training, test: tested } = await mnistForTests();
  return {
    training: imageRows(training, 0, 24),
    test: imageRows(tested, 0, 24),
    description: "a little of MNIST",
  };
}

test("a U-Net is trained, solvers are learned for it, and everything is measured beside them", async () => {
  const result = await imageFlow.run({ preset: "smoke", seed: 0, command: "test", images: await few() });
  const methods = result.rows.map(({ key }) => key.method);
  expect(methods).toEqual([
    ...["Euler", "midpoint", "Heun", "Adams–Bashforth 2", "DPM-Solver++(2M)"],
    ...["coefficients", "HyperMidpoint", "coefficients and corrections"],
  ]);
  for (const { outcome } of result.rows) {
    const values = isBroken(outcome) ? {} : outcome;
    expect(values.PSNR).toBeGreaterThan(0);
    expect(values["Fréchet distance"]).toBeGreaterThan(0);
  }
  const { training } = result.metrics as ImageFlowMetrics;
  expect(training.iterations).toBe(imageFlowPresets.smoke.trainingIterations);
  expect(result.artifacts.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["field.onnx", "coefficients-2.json", "correction-2.onnx", "both-2.onnx"]),
  );
});

test("the shipped network makes digits without a training", async () => {
  const spec = {
    ...imageFlowPresets.standard,
    ...{ trainingIterations: 0, evaluations: [4], corrected: [], coefficientIterations: 1, trajectories: 4 },
    ...{ heldOut: 12, tolerance: 1e-2 },
  };
  const { metrics } = await imageFlow.run({
    preset: "standard",
    spec,
    seed: 0,
    command: "test",
    images: await few(),
  });
  const { quality, training } = metrics as ImageFlowMetrics;
  expect(training).toMatchObject({ iterations: 0, macs: 44_844_032 });
  const psnr = (name: string): number => {
    const row = quality.rows.find(({ method }) => method === name);
    return row === undefined || isBroken(row) ? Number.NaN : (row as { psnr: number }).psnr;
  };
  // As in docs/experiments/image-flow.md: 24 and 21 dB on other noise. A network of other weights would be at none of these.
  expect(psnr("midpoint")).toBeGreaterThan(18);
  expect(psnr("Euler")).toBeGreaterThan(16);
  expect(psnr("midpoint")).toBeGreaterThan(psnr("Heun") + 5);
});
