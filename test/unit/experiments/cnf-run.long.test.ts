import { beforeAll, describe, expect, test } from "vitest";
import { cnf } from "../../../src/experiments/cnf/cnf.js";
import type { CnfMetrics } from "../../../src/experiments/cnf/cnf-metrics.js";
import { cnfReport } from "../../../src/experiments/cnf/cnf-report.js";
import { type CnfPreset, cnfPresets } from "../../../src/experiments/cnf/presets.js";
import type { ExperimentResult } from "../../../src/experiments/index.js";
import { reportArtifacts, reportText } from "../../../src/experiments/kit/report.js";
import type { ExperimentContext } from "../../../src/experiments/kit/run.js";
import { decodeCorrection } from "../../../src/hypersolver/index.js";
import { decodeFlow } from "../../../src/models/index.js";
import { isBroken } from "../../../src/tensor/index.js";
import { checkpointsInMemory } from "../../helpers/checkpoints.js";
import { unbroken } from "../../helpers/unbroken.js";

const request = { preset: "smoke", seed: 0, command: "test", density: "moons" } as const;
const corrections = ["", "-heun", "-euler", "-both", "-density"].map((part) => `correction${part}.onnx`);

describe("the whole cnf experiment", () => {
  let result: ExperimentResult;
  let metrics: CnfMetrics;
  beforeAll(async () => {
    const { smoke } = cnfPresets;
    // As much learning, and a share of the measuring.
    result = await cnf.run({ ...request, spec: { ...smoke, samples: 300, heldOut: 200 } });
    metrics = result.metrics as CnfMetrics;
  });

  test("writes the flow, five corrections, a solver, numbers, pictures and a page", () => {
    expect(result.status).toBe("complete");
    const figures = ["samples", "density", "field", "speed", "pareto", "nll", "nfe", "loss"].map(
      (name) => `figures/${name}.svg`,
    );
    expect(result.artifacts.map(({ path }) => path)).toEqual([
      ...["flow.onnx", "correction.onnx", "solver.onnx", ...corrections.slice(1)],
      ...["metrics.json", ...figures, "report.html"],
    ]);
    const read = (name: string): Uint8Array =>
      result.artifacts.find(({ path }) => path === name)?.content as Uint8Array;
    expect(decodeFlow(read("flow.onnx"), "flow.onnx").facts.heldOutNll).toBe(metrics.flow.heldOut?.nll.mean);
    const bases = corrections.map((name) => decodeCorrection(read(name), name).base.name);
    expect(bases).toEqual(["midpoint", "heun", "euler", "midpoint", "midpoint"]);
  });

  test("measures every method, in finite numbers", () => {
    const methods = ["dopri5", "HyperMidpoint", "HyperHeun", "HyperEuler", "midpoint", "Heun"];
    const { quality = [], speed = [], densities = [], sampling = {} } = metrics;
    expect(quality.map(({ method }) => method)).toEqual([...methods, "data"]);
    expect(speed.map(({ method }) => method)).toEqual(methods);
    expect(densities.map(({ method }) => method)).toEqual([
      ...["dopri5", "midpoint", "Heun", "HyperMidpoint, fitted for sampling"],
      ...["HyperHeun, fitted for sampling", "HyperMidpoint, fitted both ways", "HyperMidpoint of (z, log p)"],
    ]);
    expect(Object.keys(sampling)).toEqual(["HyperMidpoint", "HyperHeun", "HyperEuler"]);
    expect([...quality, ...speed, ...densities].filter(isBroken)).toEqual([]);
    // What is not finite has no place in JSON.
    const odd: string[] = [];
    JSON.stringify(metrics, (name, value: unknown) => {
      if (typeof value === "number" && !Number.isFinite(value)) odd.push(name);
      return value;
    });
    expect(odd).toEqual([]);
  });

  test("finds what flows and corrections are known for", () => {
    const { sampling = {}, densities = [] } = metrics;
    for (const { base, learned } of Object.values(sampling))
      expect(unbroken(learned).mean * 10).toBeLessThan(unbroken(base).mean);
    const errors = densities.map((row) => [row.method, isBroken(row) ? undefined : row] as const);
    const [, density] = errors.find(([method]) => method === "HyperMidpoint of (z, log p)") ?? [];
    const [, backwards] = errors.find(([method]) => method === "HyperHeun, fitted for sampling") ?? [];
    // A correction for sampling is none for densities, the other way along the same path.
    expect((density?.logDensityError ?? Number.NaN) * 10).toBeLessThan(backwards?.logDensityError ?? 0);
    expect(result.summary).toContain("Samples of HyperMidpoint with 2 evaluations");
  });

  test("tells of methods that broke where it would have told their numbers", async () => {
    const lost = <T extends { readonly method: string }>(rows: readonly T[] = []) =>
      rows.map((row) =>
        row.method === "dopri5" ? row : { method: row.method, broken: "NON_FINITE" as const, reason: "NaN" },
      );
    const { quality, speed, densities } = metrics;
    const broken = { ...metrics, quality: lost(quality), speed: lost(speed), densities: lost(densities) };
    const facts = { preset: "smoke", seed: 0, command: "test", status: "complete" } as const;
    const report = cnfReport({ ...facts, ...broken }, []);
    const page = String((await reportArtifacts(report, {})).at(-1)?.content);
    expect(page.match(/>broke</g)).toHaveLength(6 + 6);
    expect(page).not.toMatch(/[>±] ?NaN/);
    expect(reportText(report)).toContain(
      "Samples of HyperMidpoint with 2 evaluations break on some draws, end",
    );
  });
});

describe("an interrupted cnf experiment", () => {
  const { smoke } = cnfPresets;
  const spec: CnfPreset = {
    ...smoke,
    network: { hidden: [8] },
    samples: 100,
    heldOut: 50,
    validations: 2,
    phases: [{ objective: "flow-matching", iterations: 20, batch: 32, learningRate: 1e-2 }],
    fit: { iterations: 8, trajectories: 64, batch: 32, hidden: [8] },
  };
  const store = checkpointsInMemory();
  const run = (more: ExperimentContext = {}): Promise<ExperimentResult> =>
    cnf.run({ ...request, spec }, { store, ...more });
  /** Stops in that stage of that fit, counted from 1. @returns the run, and the fits that it began. */
  const stoppedIn = async (wanted: string, number: number, more: ExperimentContext = {}) => {
    const controller = new AbortController();
    let [begun, last] = [0, ""];
    const result = await run({
      ...more,
      signal: controller.signal,
      onProgress: ({ stage }) => {
        if (stage === "solving references" && last !== stage) begun++;
        last = stage;
        if (stage === wanted && begun === number) controller.abort();
      },
    });
    return { ...result, metrics: result.metrics as Partial<CnfMetrics>, begun };
  };
  const fileOf = ({ artifacts }: ExperimentResult, name: string) =>
    artifacts.find(({ path }) => path === name)?.content;
  const modelsOf = ({ artifacts }: ExperimentResult): string[] =>
    artifacts.flatMap(({ path }) => (path.endsWith(".onnx") ? [path] : []));

  test("ends with the flow, the fits that were made and the one that was begun", async () => {
    const broken = await stoppedIn("fitting", 2);
    expect([broken.status, broken.begun]).toEqual(["interrupted", 2]);
    expect(modelsOf(broken)).toEqual(["flow.onnx", "correction.onnx", "solver.onnx", "correction-heun.onnx"]);
    expect(broken.metrics.quality).toBeUndefined();
    expect(broken.metrics.sampling?.HyperHeun?.status).toBe("interrupted");
    expect(broken.summary).toContain("Fitted for sampling: HyperMidpoint; HyperHeun.");
    // Those that are complete wait for the next run, and so does the checkpoint of the one that is not.
    expect([...store.files.keys()].sort()).toEqual(
      [
        "fit-hyperheun-for-sampling.checkpoint.safetensors",
        ...["fit-hypermidpoint-for-sampling.json", "fit-hypermidpoint-for-sampling.onnx"],
        "fit-hypermidpoint-for-sampling.solver.onnx",
        ...["fit-hypermidpoint-for-sampling.story.json", "train.json", "train.onnx", "train.story.json"],
      ].map((name) => `stages/${name}`),
    );
  });

  test("goes on from the fits that were made, and stops before the first iteration too", async () => {
    const broken = await stoppedIn("solving references", 2, { resume: true });
    expect([broken.status, broken.begun]).toEqual(["interrupted", 2]);
    // The second that it began is the third of all, and there is nothing of it yet.
    expect(modelsOf(broken)).toEqual(["flow.onnx", "correction.onnx", "solver.onnx", "correction-heun.onnx"]);
    const resumed = await stoppedIn("fitting", 9, { resume: true });
    expect([resumed.status, resumed.begun]).toEqual(["complete", 3]);
    expect(modelsOf(resumed)).toHaveLength(7);
    for (const path of modelsOf(broken))
      expect([path, fileOf(resumed, path)]).toEqual([path, fileOf(broken, path)]);
  });

  test("in its measurements, keeps all corrections and the samples that were measured", async () => {
    for (const name of store.files.keys()) if (/samples|densities/.test(name)) store.files.delete(name);
    const controller = new AbortController();
    let measured = 0;
    const { status, metrics, artifacts } = await run({
      ...{ resume: true, signal: controller.signal },
      // Seven methods on two draws, then the densities.
      onProgress: () => ++measured === 15 && controller.abort(),
    });
    expect(status).toBe("interrupted");
    expect(metrics).toMatchObject({ quality: expect.anything() });
    expect(metrics).not.toHaveProperty("densities");
    expect(modelsOf({ artifacts } as ExperimentResult)).toHaveLength(7);
  });
});
