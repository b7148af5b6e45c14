import { describe, expect, test } from "vitest";
import { densityNamed } from "../../../src/data/index.js";
import type { BrokenMethod } from "../../../src/experiments/cnf/broken-method.js";
import { cnf } from "../../../src/experiments/cnf/cnf.js";
import { samplesRow } from "../../../src/experiments/cnf/cnf-figures.js";
import { cnfSummary } from "../../../src/experiments/cnf/cnf-report.js";
import { densityMethods, densityQuality } from "../../../src/experiments/cnf/density-quality.js";
import { runCnf } from "../../../src/experiments/cnf/run-cnf.js";
import { sampleQuality } from "../../../src/experiments/cnf/sample-quality.js";
import { samplingSpeeds } from "../../../src/experiments/cnf/sampling-speed.js";
import { mul } from "../../../src/graph/index.js";
import { compileFlowSampler, type FlowSampler, normalBase } from "../../../src/models/index.js";
import { defineField, heun as heunTableau, midpoint } from "../../../src/ode/index.js";
import { fail, fromNumbers, isBroken, Random, type Tensor } from "../../../src/tensor/index.js";
import { flowOver, scaled, smallField } from "../../helpers/flows.js";

const flow = flowOver(smallField(2, { strength: 3 }));
const normal = (count: number, random: Random) => normalBase.sample(count, 2, random);

/** dz/ds = z¹¹ pulls to 0 on the way from s = 1 to 0; one step of Heun from beyond 3 overflows. */
const steep = defineField(["batch", 2], (_s, z) => {
  const square = mul(z, z);
  const fourth = mul(square, square);
  return mul(mul(mul(fourth, fourth), square), z);
});

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

/** Scales by 1, and runs into a step limit from the given call on. */
function breaking(from: number): FlowSampler {
  let calls = 0;
  return {
    ...scaling(1),
    push: async (z) => {
      if (++calls >= from) throw fail("STEP_LIMIT", { what: "solve" });
      return scaling(1).push(z);
    },
  };
}

/** Rows of methods none of which broke. */
function whole<T extends { readonly method: string }>(rows: readonly (T | BrokenMethod)[]): T[] {
  expect(rows.filter(isBroken)).toEqual([]);
  return rows.flatMap((row) => (isBroken(row) ? [] : [row]));
}

describe("quality of samples", () => {
  test("tells a wrong sampler from a right one, and two right ones not", async () => {
    const samplers = [
      { method: "exact", sampler: scaling(1) },
      { method: "again", sampler: scaling(1) },
      { method: "wide", sampler: scaling(1.3) },
    ];
    const rows = whole(await sampleQuality({ flow, samplers, data: normal, count: 1000, seeds: 4, seed: 0 }));
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

  test("sees seed by seed what the scatter of the draws hides", async () => {
    // 1.005 times as wide: far less than seeds differ from each other.
    const samplers = [
      { method: "exact", sampler: scaling(1) },
      { method: "wider", sampler: scaling(1.005) },
    ];
    const rows = whole(await sampleQuality({ flow, samplers, data: normal, count: 1000, seeds: 6, seed: 0 }));
    const [exact, wider] = rows;
    const [a, b] = [exact?.slicedWasserstein.mean ?? 0, wider?.slicedWasserstein.mean ?? 0];
    expect(exact?.minusReference).toBeUndefined();
    const { mean = 0, standardError = 0, n } = wider?.minusReference?.slicedWasserstein ?? {};
    expect([mean, n]).toEqual([expect.closeTo(b - a, 12), 6]);
    expect(standardError * 3).toBeLessThan(wider?.againstReference?.slicedWasserstein.standardError ?? 0);
    expect(wider?.againstReference?.slicedWasserstein.indistinguishable).toBe(true);
  });

  test("says of a method that it broke, and measures the others", async () => {
    const samplers = [
      { method: "exact", sampler: scaling(1) },
      { method: "breaks", sampler: breaking(2) },
      { method: "again", sampler: scaling(1) },
    ];
    const request = { flow, data: normal, count: 200, seeds: 3, seed: 0 };
    const rows = await sampleQuality({ ...request, samplers });
    expect(rows.map(isBroken)).toEqual([false, true, false, false]);
    expect(rows[1]).toEqual({
      method: "breaks",
      broken: "STEP_LIMIT",
      reason: expect.stringContaining("step limit"),
    });
    // With nothing to compare to, the rest stands for itself.
    const [first, second] = await sampleQuality({
      ...request,
      samplers: [{ method: "breaks", sampler: breaking(1) }, ...samplers.slice(0, 1)],
    });
    expect([isBroken(first), Object.keys(second ?? {})]).toEqual([
      true,
      ["method", "nfe", "slicedWasserstein", "discrepancy"],
    ]);
    const speeds = await samplingSpeeds(
      flow,
      [...samplers.slice(0, 1), { method: "breaks", sampler: breaking(1) }],
      8,
    );
    expect(speeds.map(isBroken)).toEqual([false, true]);
  });

  test("ends at a signal", async () => {
    const samplers = [{ method: "exact", sampler: scaling(1) }];
    const signal = AbortSignal.abort();
    expect(
      await sampleQuality({ flow, samplers, data: normal, count: 100, seeds: 2, seed: 0, signal }),
    ).toEqual([]);
  });
});

describe("quality of densities", () => {
  test("is near perfect for dopri5 and poor for one step of Heun", async () => {
    const data = normal(200, new Random(1));
    const rows = whole(await densityQuality({ flow, data, methods: densityMethods([heunTableau], {}) }));
    const [dopri5, heun] = rows;
    expect(rows).toHaveLength(2);
    expect(dopri5?.logDensityError).toBeLessThan(1e-3);
    expect(dopri5?.nfe).toBeGreaterThan(10);
    expect(heun?.nfe).toBe(2);
    expect(heun?.logDensityError).toBeGreaterThan(10 * (dopri5?.logDensityError ?? 0));
    expect(heun?.endpointError).toBeGreaterThan(10 * (dopri5?.endpointError ?? 0));
  });

  const points = (reach: number): Tensor => fromNumbers([reach, -reach, reach / 2, 0], [2, 2]);

  test("says of a method that it broke, and measures the others", async () => {
    const methods = densityMethods([heunTableau, midpoint], {});
    const rows = await densityQuality({ flow: flowOver(steep), data: points(5), methods });
    expect(rows.map((row) => [row.method, isBroken(row)])).toEqual([
      ["dopri5", false],
      ["Heun", true],
      ["midpoint", true],
    ]);
    expect(rows[1]).toMatchObject({ reason: expect.stringContaining("NaN or infinite") });
  });

  test("has no errors where the reference broke", async () => {
    // The other way round the solution leaves for infinity before it arrives.
    const away = flowOver(steep, { span: [1, 0] });
    const rows = await densityQuality({
      flow: away,
      data: points(1),
      methods: densityMethods([midpoint], {}),
    });
    expect(rows.map(isBroken)).toEqual([true, false]);
    expect(Object.keys(rows[1] ?? {})).toEqual(["method", "nfe", "milliseconds", "nll"]);
  });
});

describe("times of samples", () => {
  test("come with counts of what was done", async () => {
    const sampler = await compileFlowSampler(flow, { method: "heun", steps: 1 });
    const [row] = whole(await samplingSpeeds(flow, [{ method: "Heun", sampler }], 64));
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
      onProgress: () => controller.abort(),
    });
    expect(run.metrics.status).toBe("interrupted");
    expect(run.fits).toBeUndefined();
    expect(run.artefacts.map(({ path }) => path)).toEqual(["flow.onnx"]);
    expect(cnfSummary(run.metrics)).toContain("Interrupted before the fits.");
    // A picture has no place for a method that breaks.
    const { clouds } = await samplesRow({ ...run, flow: { ...run.flow, field: steep } }, {});
    expect(clouds.map(({ label }) => label)).toEqual(["data"]);
    expect(run.flow.facts.heldOutNll).toBeCloseTo(run.metrics.flow.heldOut?.nll.mean ?? Number.NaN, 10);
  });
});
