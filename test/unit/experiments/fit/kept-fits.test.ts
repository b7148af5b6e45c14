import { expect, test } from "vitest";
import { keptFits } from "../../../../src/experiments/fit/kept-fits.js";
import { type FitMetrics, runFit } from "../../../../src/experiments/fit/run-fit.js";
import { encodeCorrection } from "../../../../src/hypersolver/index.js";
import { checkpointsInMemory } from "../../../helpers/checkpoints.js";
import { pendulum, smallFit } from "../../../helpers/fitting.js";

test("a fit comes back from its checkpoint as it was, numbers that are none included", async () => {
  const field = pendulum();
  const { states, ...small } = smallFit;
  const spec = { ...small, iterations: 2, trajectories: 64 };
  const request = { field, title: "pendulum", command: "test", spec, states };
  const run = await runFit({ ...request, figures: false, budget: [2] });
  const { base } = run.metrics;
  // What a base that broke has.
  const broken = { ...base, mean: Number.POSITIVE_INFINITY, milliseconds: Number.NaN };
  const metrics: FitMetrics = { ...run.metrics, base: broken };
  const content = encodeCorrection(run.correction, run.card);
  const kept = keptFits(field, checkpointsInMemory());
  const settings = { seed: 1 };
  await kept.write("correction.onnx", settings, { correction: run.correction, metrics, content });
  const read = await kept.read("correction.onnx", settings);
  expect(read?.metrics.base).toEqual(broken);
  expect(read?.metrics.losses).toEqual(run.metrics.losses);
  expect(read?.content).toEqual(content);
  expect(await kept.read("correction.onnx", { seed: 2 })).toBeUndefined();
  expect(await kept.read("other.onnx", settings)).toBeUndefined();
});
