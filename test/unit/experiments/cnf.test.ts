import { describe, expect, test } from "vitest";
import { densityNamed } from "../../../src/data/index.js";
import { cnf } from "../../../src/experiments/cnf/cnf.js";
import { samplesRow } from "../../../src/experiments/cnf/cnf-figures.js";
import type { CnfMetrics } from "../../../src/experiments/cnf/cnf-metrics.js";
import { densityMethods, densityQuality } from "../../../src/experiments/cnf/density-quality.js";
import { sampleContest } from "../../../src/experiments/cnf/sample-contest.js";
import type { BrokenRow } from "../../../src/experiments/kit/contest.js";
import { mul } from "../../../src/graph/index.js";
import {
  compileFlowSampler,
  decodeFlow,
  densityData,
  type FlowSampler,
  normalBase,
} from "../../../src/models/index.js";
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
function whole<T extends { readonly method: string }>(rows: readonly (T | BrokenRow)[]): T[] {
  expect(rows.filter(isBroken)).toEqual([]);
  return rows.flatMap((row) => (isBroken(row) ? [] : [row]));
}

describe("quality of samples", () => {
  test("tells a wrong sampler from a right one, and two right ones not", async () => {
    const samplers = [
      { method: "exact", compile: async () => scaling(1) },
      { method: "again", compile: async () => scaling(1) },
      { method: "wide", compile: async () => scaling(1.3) },
    ];
    const request = { flow, samplers, data: normal, count: 1000, draws: 4, seed: 0 };
    const rows = whole((await sampleContest(request)).quality);
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
      { method: "exact", compile: async () => scaling(1) },
      { method: "wider", compile: async () => scaling(1.005) },
    ];
    const request = { flow, samplers, data: normal, count: 1000, draws: 6, seed: 0 };
    const rows = whole((await sampleContest(request)).quality);
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
      { method: "exact", compile: async () => scaling(1) },
      { method: "breaks", compile: async () => breaking(2) },
      { method: "again", compile: async () => scaling(1) },
    ];
    const request = { flow, data: normal, count: 200, draws: 3, seed: 0 };
    const { quality: rows, speed } = await sampleContest({ ...request, samplers });
    expect(speed.map((row) => [row.method, isBroken(row)])).toEqual([
      ["exact", false],
      ["breaks", true],
      ["again", false],
    ]);
    expect(rows.map(isBroken)).toEqual([false, true, false, false]);
    expect(rows[1]).toEqual({
      method: "breaks",
      broken: "STEP_LIMIT",
      reason: expect.stringContaining("step limit"),
    });
    // With nothing to compare to, the rest stands for itself.
    const {
      quality: [first, second],
    } = await sampleContest({
      ...request,
      samplers: [{ method: "breaks", compile: async () => breaking(1) }, ...samplers.slice(0, 1)],
    });
    expect([isBroken(first), Object.keys(second ?? {})]).toEqual([
      true,
      ["method", "nfe", "slicedWasserstein", "discrepancy"],
    ]);
  });

  test("ends at a signal", async () => {
    const samplers = [{ method: "exact", compile: async () => scaling(1) }];
    const request = { flow, samplers, data: normal, count: 100, draws: 2, seed: 0 };
    await expect(sampleContest(request, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
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
    expect(rows[1]).toMatchObject({
      method: "midpoint",
      logDensityError: undefined,
      endpointError: undefined,
    });
  });
});

describe("times of samples", () => {
  test("come with counts of what was done", async () => {
    const heun = { method: "Heun", compile: () => compileFlowSampler(flow, { method: "heun:1" }) };
    const request = { flow, samplers: [heun], data: normal, count: 64, draws: 1, seed: 0 };
    const [row] = whole((await sampleContest(request)).speed);
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
    const { status, metrics, artifacts, summary } = await cnf.run(
      { preset: "smoke", seed: 0, command: "test", density: "moons" },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    expect(status).toBe("interrupted");
    expect(artifacts.map(({ path }) => path).slice(0, 2)).toEqual(["flow.onnx", "metrics.json"]);
    expect(artifacts.map(({ path }) => path)).toContain("figures/samples.svg");
    expect(summary).toContain("Interrupted before the fits.");
    const content = artifacts[0]?.content as Uint8Array;
    const trained = decodeFlow(content, "flow.onnx");
    const { flow: of } = metrics as CnfMetrics;
    expect(trained.facts.heldOutNll).toBeCloseTo(of.heldOut?.nll.mean ?? Number.NaN, 10);
    // A picture has no place for a method that breaks.
    const data = densityData(densityNamed("moons"), 0);
    const pictures = { data, fits: {}, seed: 0, run: { found: {}, context: {} } };
    const { clouds } = await samplesRow({ ...pictures, flow: { ...trained, field: steep } });
    expect(clouds.map(({ label }) => label)).toEqual(["data"]);
  });
});
