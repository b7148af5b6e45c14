import { describe, expect, test } from "vitest";
import type { ComparisonRow } from "../../../../src/experiments/fit/comparison.js";
import { tracking } from "../../../../src/experiments/tracking/tracking.js";
import {
  fieldIn,
  fieldStage,
  galerkinField,
  signalAt,
  trackingLoss,
} from "../../../../src/experiments/tracking/tracking-field.js";
import { fitTitles } from "../../../../src/experiments/tracking/tracking-fits.js";
import { trackingReport, trackingRows } from "../../../../src/experiments/tracking/tracking-report.js";
import { add, concatColumns, cos, mul, reshape, sin } from "../../../../src/graph/index.js";
import { fourierBasis } from "../../../../src/nn/index.js";
import { compileIntegralLoss, defineField, solveField } from "../../../../src/ode/index.js";
import { fromNumbers, Random, type Tensor } from "../../../../src/tensor/index.js";
import { expectClose } from "../../../helpers/compare.js";

test("what follows the signal has no loss, what stays at its start loses ∫ ‖β(0) − β‖² = 2", async () => {
  const rate = 4 * Math.PI;
  const following = defineField(["batch", 2], (s, z) => {
    const angle = mul(reshape(s, [1, 1]), rate);
    return add(mul(z, 0), concatColumns([mul(sin(angle), -rate), mul(cos(angle), rate)]));
  });
  const staying = defineField(["batch", 2], (_, z) => mul(z, 0));
  const z0 = fromNumbers(signalAt(2, 0), [1, 2]);
  const losses: number[] = [];
  for (const field of [following, staying]) {
    const compiled = await compileIntegralLoss(field, trackingLoss(2), { span: [0, 1], method: "rk4:60" });
    losses.push((await compiled.run(z0)).loss);
    await compiled.dispose();
  }
  expect(losses[0]).toBeLessThan(1e-4);
  expect(losses[1]).toBeCloseTo(2, 3);
});

test("a trained field is the same out of its ONNX file", async () => {
  const spec = { waves: 1, coefficients: 5, width: 4, trainingIterations: 2, trainingSteps: 2, heldOut: 4 };
  const stage = fieldStage("fourier", spec, 3);
  const made = await stage.make({}, { name: "kept", read: async () => undefined, write: async () => {} });
  const back = fieldIn(stage.codec.decode(stage.codec.encode(made)));
  const untrained = galerkinField(fourierBasis({ harmonics: 2 }), 4, new Random(3).fork("field"));
  expect(Object.keys(back.parameters)).toEqual(expect.arrayContaining(Object.keys(untrained.parameters)));
  const trained = Object.fromEntries(
    Object.keys(untrained.parameters).map((name) => [name, back.parameters[name] as Tensor]),
  );
  const z0 = fromNumbers([0.2, -0.1], [1, 2]);
  const at = async (field: typeof back) =>
    (await solveField(field, z0, { span: [0, 1], method: "rk4:2" })).states.at(-1) as Tensor;
  expectClose(await at(back), await at({ ...untrained, parameters: trained }), 1e-6);
  expect(made.curve.length).toBeGreaterThan(0);
});

describe("leads", () => {
  const labels = { tolerance: undefined, milliseconds: 1, gCalls: 0, quantile95: 0, relative: 0 };
  const row = (method: string, steps: number, stages: number, error: number): ComparisonRow => ({
    ...labels,
    ...{ method, steps, nfe: steps * stages, macs: 100 * steps * stages, error },
    role: method.startsWith("Hyper") ? "hypersolver" : "other",
  });
  const own = fitTitles.residuals;
  const hypers = Array.from({ length: 16 }, (_, i) => row(own, 10 + i, 1, 0.01));
  const comparison = [
    ...hypers,
    ...[2, 3, 4, 5, 6].map((steps) => row("RK4", steps, 4, 1 / steps)),
    ...[5, 6, 7, 8, 9, 10, 11, 12].map((steps) => row("midpoint", steps, 2, steps === 8 ? 0.03 : 0.9)),
  ];
  const fits = [{ fit: "residuals", status: "complete", seconds: { reference: 1, fit: 2 } }] as const;

  test("are over the better of midpoint and RK4 at no more evaluations", () => {
    const rows = trackingRows({ fields: [], fits, comparison });
    const reached = rows.find(({ key }) => "hypersolver" in key);
    expect(reached?.outcome).toMatchObject({
      // midpoint:8 at 16 and 17 evaluations.
      "least lead, 10 to 25 NFE": expect.closeTo(3, 10),
      "least lead, 14 to 20 NFE": expect.closeTo(3, 10),
      "seconds of fitting": 2,
    });
    expect(trackingReport("title", { fits, comparison }, []).verdict).toMatch(/everywhere from 10 to 25/);
  });

  test("say where a hypersolver is not ahead, and a method that broke has no numbers", () => {
    const worse = hypers.map((one, i) => (i < 2 ? { ...one, error: 5 } : one));
    const broken: ComparisonRow = {
      ...labels,
      ...{ method: "Euler", steps: 10, role: "base", broken: "NON_FINITE", reason: "ran away" },
    };
    const all = [...worse, ...comparison.slice(16), broken];
    expect(trackingReport("title", { fits, comparison: all }, []).verdict).toMatch(
      /at 14 of 16[\s\S]*1 settings broke/,
    );
    const row = trackingRows({ fits, comparison: all }).find(({ key }) => key.method === "Euler");
    expect(row?.outcome).toMatchObject({ broken: "NON_FINITE" });
  });
});

test("a number out of its range is refused by name, before anything is trained", async () => {
  await expect(
    tracking.run({ preset: "smoke", changes: { waves: 0 }, seed: 0, command: "test" }),
  ).rejects.toThrow(/waves/);
});
