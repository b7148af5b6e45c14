import { describe, expect, test } from "vitest";
import { hyperTitle, type MeasuredRow, measuredRows } from "../../../../src/experiments/fit/comparison.js";
import { measureFit } from "../../../../src/experiments/fit/measure-fit.js";
import {
  type ComparisonRequest,
  compareMethods,
  comparisonTable,
  competitorsOf,
  standardCompetitors,
} from "../../../../src/experiments/index.js";
import { comparisonText } from "../../../../src/experiments/internal.js";
import type { Competitor } from "../../../../src/experiments/kit/competitor.js";
import { mul, trace } from "../../../../src/graph/index.js";
import { normalStates, parseMethod, uniformStates } from "../../../../src/hypersolver/index.js";
import { dopri5, euler, fieldMacs, fixed, heun, ralston } from "../../../../src/ode/index.js";
import { makeField } from "../../../../src/ode/internal.js";
import { fromNumbers, isBroken, Random } from "../../../../src/tensor/index.js";
import { zeroCorrection } from "../../../helpers/corrections.js";
import { pendulum, pendulumSpan } from "../../../helpers/fitting.js";
import { convolutionalField, imageShape } from "../../../helpers/image-fields.js";
import { oracleField } from "../../../helpers/mlp-field.js";

const samples = uniformStates([2], -1, 1).heldOut(50, new Random(1));

/** Rows of methods none of which broke. */
async function measured(request: ComparisonRequest): Promise<MeasuredRow[]> {
  const rows = await compareMethods(request);
  expect(rows.filter(isBroken)).toEqual([]);
  return measuredRows(rows);
}

describe("a comparison", () => {
  test("spends each budget in whole steps, and counts f, g and operations", async () => {
    const field = pendulum();
    const correction = zeroCorrection(heun, "float32");
    const rows = await measured({
      ...{ field, span: pendulumSpan, samples, repetitions: 1 },
      methods: standardCompetitors(field, { correction, budget: [1, 2, 3, 8], tolerances: [1e-4] }),
    });
    const of = (method: string) => rows.filter((row) => row.method === method);
    expect(of("Euler").map(({ steps }) => steps)).toEqual([1, 2, 3, 8]);
    expect(of("Heun").map(({ steps }) => steps)).toEqual([1, 4]);
    expect(of("HyperHeun").map(({ steps, gCalls, nfe }) => [steps, gCalls, nfe])).toEqual([
      [1, 1, 2],
      [4, 4, 8],
    ]);
    expect(of("RK4").map(({ steps, nfe }) => [steps, nfe])).toEqual([[2, 8]]);
    expect(of("HyperHeun").map(({ error }) => error)).toEqual(of("Heun").map(({ error }) => error));
    expect(of("Heun").every(({ role }) => role === "base")).toBe(true);
    expect(of("HyperHeun").every(({ role }) => role === "hypersolver")).toBe(true);
    // With fewer steps a multistep method is the one-step method that it begins with.
    expect(of("Adams–Bashforth 2").map(({ steps, nfe }) => [steps, nfe])).toEqual([
      [2, 3],
      [7, 8],
    ]);
    expect(of("Adams–Bashforth 3").map(({ steps, nfe }) => [steps, nfe])).toEqual([[7, 8]]);
    expect(of("PEC Heun").map(({ role }) => role)).toEqual(["other", "other"]);
    expect(of("dopri5")).toMatchObject([{ role: "reference", steps: undefined, tolerance: 1e-4 }]);
    for (const row of rows) {
      expect(row.nfe).toBeLessThanOrEqual(row.role === "reference" ? Number.POSITIVE_INFINITY : 8);
      expect(row.milliseconds).toBeGreaterThan(0);
      expect(row.relative).toBeGreaterThan(0);
    }
    const errors = of("Euler").map(({ error }) => error);
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
  });

  test("counts multiply–accumulates of an MLP field", async () => {
    const field = oracleField("float32");
    const start = uniformStates([3], -1, 1).heldOut(3, new Random(1));
    const rows = await measured({
      ...{ field, span: [0, 1], samples: start, repetitions: 1 },
      methods: standardCompetitors(field, { budget: [4], tolerances: [1e-3] }),
    });
    for (const { macs, nfe } of rows) expect(macs).toBe(nfe * fieldMacs(field));
  });

  test("has a row for a base outside the usual four", async () => {
    for (const base of [ralston, dopri5]) {
      const field = pendulum();
      const correction = zeroCorrection(base, "float32");
      const rows = await measured({
        ...{ field, span: pendulumSpan, samples, repetitions: 1 },
        methods: standardCompetitors(field, { correction, budget: [6], tolerances: [] }),
      });
      const hyper = rows.find(({ role }) => role === "hypersolver");
      const own = rows.find(({ role }) => role === "base");
      expect(hyper?.method).toBe(hyperTitle(base.name));
      expect([own?.steps, own?.error]).toEqual([hyper?.steps, hyper?.error]);
    }
  });

  test("of a method that breaks goes on, and says that it broke", async () => {
    // z' = −1000 z³ and one long Euler step: overflow after a few.
    const graph = trace({ z: { shape: ["batch", 2] } }, ({ z }) => ({ dz: mul(mul(mul(z, z), z), -1000) }));
    const field = makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, {});
    const states = { z0: fromNumbers([1, 2], [1, 2]), controls: {} };
    const rows = await compareMethods({
      ...{ field, span: [0, 1], samples: states, repetitions: 1 },
      methods: standardCompetitors(field, { budget: [8], tolerances: [1e-3] }),
    });
    const euler = rows.find(({ method }) => method === "Euler");
    expect(euler).toMatchObject({ role: "other", steps: 8, broken: "NON_FINITE" });
    expect(measuredRows(rows).find(({ method }) => method === "dopri5")?.error).toBeLessThan(0.01);
    expect(comparisonText(rows)).toContain("broke");
    expect(comparisonTable(rows).rows).toHaveLength(rows.length);
  });

  test("of images has decibels, and of every method the error that half of the samples stay below", async () => {
    const field = convolutionalField();
    const images = normalStates(imageShape).heldOut(3, new Random(1));
    const rows = await measured({
      ...{ field, span: [0, 0.5], samples: images, repetitions: 1 },
      methods: competitorsOf([parseMethod("euler:1"), parseMethod("rk4:2")]),
    });
    const [euler, rk4] = rows.map(({ psnr = 0 }) => psnr);
    expect(rk4).toBeGreaterThan((euler ?? 0) + 20);
    for (const { median = 0, quantile95 } of rows) expect(median).toBeLessThan(quantile95);
    expect(comparisonText(rows)).toMatch(/half below +95 % below +relative +PSNR[\s\S]* dB/);
  });

  test("of images without rivals has the same decibels", async () => {
    const [field, span] = [convolutionalField(), [0, 0.5] as const];
    const images = await normalStates(imageShape).heldOut(3, new Random(1));
    const [base, method] = [fixed(euler, { steps: 1 }), fixed(heun, { steps: 1 })];
    const competitors = (): Competitor[] => [
      { method: base, role: "base" },
      { method, role: "hypersolver", title: "learned" },
    ];
    const learned = {
      ...{
        spec: { span, trajectories: 1, seed: 1 },
        method,
        title: "learned",
        base,
        budget: [2],
        competitors,
      },
    };
    const of = async (compare: boolean) =>
      measuredRows((await measureFit({ field, compare }, learned, images, {})).comparison);
    const alone = await of(false);
    expect(alone.map(({ psnr = 0 }) => psnr).every((psnr) => psnr > 10)).toBe(true);
    expect(alone.map(({ psnr }) => psnr)).toEqual((await of(true)).map(({ psnr }) => psnr));
    expect(comparisonText(alone)).toMatch(/PSNR[\s\S]* dB/);
  });

  test("of a list of one's own names each as it was spelled, and gives hypersolvers their base", async () => {
    const own = ["heun:2", "heun:4", "rk4:1", "bosh3@1e-4"].map((text) => parseMethod(text));
    const correction = zeroCorrection(heun, "float32");
    const corrected = parseMethod("hyper:c.onnx:2", () => correction);
    const rows = await measured({
      ...{ field: pendulum(), span: pendulumSpan, samples, repetitions: 1 },
      methods: competitorsOf([...own, corrected]),
    });
    expect(rows.map(({ spelling, method, role, steps }) => [spelling, method, role, steps])).toEqual([
      ["heun:2", "Heun", "base", 2],
      ["heun:4", "Heun", "base", 4],
      ["rk4:1", "RK4", "other", 1],
      ["bosh3@1e-4", "bosh3", "reference", undefined],
      ["hyper-heun:c.onnx:2", "HyperHeun", "hypersolver", 2],
    ]);
    expect(rows[4]?.error).toBe(rows[0]?.error);
  });
});
