import { describe, expect, test } from "vitest";
import { densityNamed } from "../../../src/data/index.js";
import { cnf } from "../../../src/experiments/cnf/cnf.js";
import { cnfSummary } from "../../../src/experiments/cnf/cnf-report.js";
import { densityMethods, densityQuality } from "../../../src/experiments/cnf/density-quality.js";
import { runCnf } from "../../../src/experiments/cnf/run-cnf.js";
import { sampleQuality } from "../../../src/experiments/cnf/sample-quality.js";
import { samplingSpeeds } from "../../../src/experiments/cnf/sampling-speed.js";
import { compileFlowSampler, type FlowSampler, normalBase } from "../../../src/models/index.js";
import { heun as heunTableau } from "../../../src/ode/index.js";
import { Random } from "../../../src/tensor/index.js";
import { flowOver, scaled, smallField } from "../../helpers/flows.js";

const flow = flowOver(smallField(2, { strength: 3 }));
const normal = (count: number, random: Random) => normalBase.sample(count, 2, random);

/** Carries every draw to `factor` times itself. */
const scaling = (factor: number): FlowSampler => ({
  push: async (z) => ({
    x: scaled(z, factor),
    z,
    statistics: {
      ...{ nfe: 1, gCalls: 0, macs: 0, acceptedSteps: 1, rejectedSteps: 0, milliseconds: 1 },
    },
  }),
  sample: () => Promise.reject(new Error("not asked for")),
  dispose: async () => {},
});

describe("quality of samples", () => {
  test("tells a wrong sampler from a right one, and two right ones not", async () => {
    const samplers = [
      { method: "exact", sampler: scaling(1) },
      { method: "again", sampler: scaling(1) },
      { method: "wide", sampler: scaling(1.3) },
    ];
    const rows = await sampleQuality({ flow, samplers, data: normal, count: 1000, seeds: 4, seed: 0 });
    expect(rows.map(({ method }) => method)).toEqual(["exact", "again", "wide", "data"]);
    const [exact, again, wide, data] = rows;
    expect(exact?.againstReference).toBeUndefined();
    expect(again?.againstReference?.slicedWasserstein).toMatchObject({
      difference: 0,
      indistinguishable: true,
    });
    expect(wide?.againstReference?.slicedWasserstein.indistinguishable).toBe(false);
    expect(wide?.againstReference?.discrepancy.indistinguishable).toBe(false);
    // Data against data is what a perfect sampler reaches.
    expect(data?.againstReference?.discrepancy.indistinguishable).toBe(true);
    // W2 of N(0, 1) and N(0, 1.3²) on every line is 0.3.
    expect(wide?.slicedWasserstein.mean).toBeGreaterThan(0.25);
    expect(wide?.slicedWasserstein.mean).toBeLessThan(0.36);
  });
});

describe("quality of densities", () => {
  test("is near perfect for dopri5 and poor for one step of Heun", async () => {
    const data = normal(200, new Random(1));
    const rows = await densityQuality({ flow, data, methods: densityMethods([heunTableau], {}) });
    const [dopri5, heun] = rows;
    expect(rows).toHaveLength(2);
    expect(dopri5?.logDensityError).toBeLessThan(1e-3);
    expect(dopri5?.nfe).toBeGreaterThan(10);
    expect(heun?.nfe).toBe(2);
    expect(heun?.logDensityError).toBeGreaterThan(10 * (dopri5?.logDensityError ?? 0));
    expect(heun?.endpointError).toBeGreaterThan(10 * (dopri5?.endpointError ?? 0));
  });
});

describe("times of samples", () => {
  test("come with counts of what was done", async () => {
    const sampler = await compileFlowSampler(flow, { method: "heun", steps: 1 });
    const [row] = await samplingSpeeds(flow, [{ method: "Heun", sampler }], 64);
    await sampler.dispose();
    expect(row).toMatchObject({ method: "Heun", nfe: 2, count: 64 });
    expect(row?.milliseconds).toBeGreaterThan(0);
  });
});

describe("the cnf experiment", () => {
  test("offers every density, the paper's four among them", () => {
    expect(cnf.densities).toEqual(expect.arrayContaining(["pinwheel", "rings", "checkerboard", "circles"]));
  });

  test("stopped while it trains, keeps the flow and says so", async () => {
    const controller = new AbortController();
    const run = await runCnf(densityNamed("moons"), {
      ...{ preset: "smoke", seed: 0, command: "test", signal: controller.signal },
      onTraining: () => controller.abort(),
    });
    expect(run.metrics.status).toBe("interrupted");
    expect(run.fits).toBeUndefined();
    expect(run.artefacts.map(({ path }) => path)).toEqual(["flow.onnx"]);
    expect(cnfSummary(run.metrics)).toContain("Interrupted before the fits.");
    expect(run.flow.facts.heldOutNll).toBeCloseTo(run.metrics.flow.heldOut?.nll.mean ?? Number.NaN, 10);
  });
});
