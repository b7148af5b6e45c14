import { beforeAll, describe, expect, test } from "vitest";
import { densityNamed } from "../../../src/data/index.js";
import { cnf } from "../../../src/experiments/cnf/cnf.js";
import { cnfReport, cnfSummary } from "../../../src/experiments/cnf/cnf-report.js";
import { cnfPresets } from "../../../src/experiments/cnf/presets.js";
import { type CnfMetrics, type CnfRun, runCnf } from "../../../src/experiments/cnf/run-cnf.js";
import type { ExperimentOptions, ExperimentResult } from "../../../src/experiments/index.js";
import { decodeCorrection } from "../../../src/hypersolver/index.js";
import { decodeFlow } from "../../../src/models/index.js";
import { isBroken } from "../../../src/tensor/index.js";
import { checkpointsInMemory } from "../../helpers/checkpoints.js";

const options = { preset: "smoke", seed: 0, command: "test" } as const;
const corrections = ["", "-heun", "-euler", "-both", "-density"].map((part) => `correction${part}.onnx`);

describe("the whole cnf experiment", () => {
  let result: ExperimentResult;
  let metrics: CnfMetrics;
  beforeAll(async () => {
    result = await cnf.run({ ...options, density: "moons" });
    metrics = result.metrics as CnfMetrics;
  }, 180_000);

  test("writes the flow, five corrections, a solver, numbers, pictures and a page", () => {
    expect(result.status).toBe("complete");
    const figures = ["samples", "density", "field", "speed", "pareto", "nll", "nfe", "loss"].map(
      (name) => `figures/${name}.svg`,
    );
    expect(result.artefacts.map(({ path }) => path)).toEqual([
      ...["flow.onnx", ...corrections, "solver.onnx", "metrics.json", ...figures, "report.html"],
    ]);
    const read = (name: string): Uint8Array =>
      result.artefacts.find(({ path }) => path === name)?.content as Uint8Array;
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
    expect(JSON.stringify(metrics)).not.toContain("null");
  });

  test("finds what flows and corrections are known for", () => {
    const { sampling = {}, densities = [] } = metrics;
    for (const { base, hypersolver } of Object.values(sampling))
      expect(hypersolver.mean * 10).toBeLessThan(base.mean);
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
    const page = cnfReport(broken, []);
    expect(page.match(/>broke</g)).toHaveLength(6 + 6);
    expect(page).not.toMatch(/[>±] ?NaN/);
    expect(cnfSummary(broken)).toContain(
      "Samples of HyperMidpoint with 2 evaluations break on some draws, end",
    );
  });
});

describe("an interrupted cnf experiment", () => {
  const { smoke } = cnfPresets;
  const preset = {
    ...smoke,
    ...{ network: { hidden: [8] }, samples: 100, heldOut: 50, validations: 2 },
    phases: [{ objective: "flow-matching", iterations: 20, batch: 32, learningRate: 1e-2 }],
    fit: { iterations: 8, trajectories: 64, batch: 32, hidden: [8] },
  } as const;
  const checkpoints = checkpointsInMemory();
  const run = (more: Partial<ExperimentOptions> = {}): Promise<CnfRun> =>
    runCnf(densityNamed("moons"), { ...options, checkpoints, ...more }, preset);
  /** Stops in that phase of that fit, counted from 1. @returns the run, and the fits that it began. */
  const stoppedIn = async (
    wanted: "solving references" | "fitting",
    number: number,
    more: Partial<ExperimentOptions> = {},
  ) => {
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
    return { ...result, begun };
  };
  const fileOf = ({ artefacts }: CnfRun, name: string) =>
    artefacts.find(({ path }) => path === name)?.content;
  const pathsOf = ({ artefacts }: CnfRun): string[] => artefacts.map(({ path }) => path);

  test("ends with the flow, the fits that were made and the one that was begun", async () => {
    const broken = await stoppedIn("fitting", 2);
    expect([broken.metrics.status, broken.begun]).toEqual(["interrupted", 2]);
    expect(pathsOf(broken)).toEqual(["flow.onnx", "correction.onnx", "correction-heun.onnx", "solver.onnx"]);
    expect(broken.metrics.quality).toBeUndefined();
    expect(broken.metrics.sampling?.HyperHeun?.status).toBe("interrupted");
    expect(cnfSummary(broken.metrics)).toContain("Fitted for sampling: HyperMidpoint; HyperHeun.");
    // Those that are complete wait for the next run.
    expect([...checkpoints.files.keys()].filter((name) => name.startsWith("kept-")).sort()).toEqual([
      ...["kept-correction.onnx", "kept-correction.onnx.json"],
    ]);
  });

  test("goes on from the fits that were made, and stops before the first iteration too", async () => {
    const broken = await stoppedIn("solving references", 2, { resume: true });
    expect([broken.metrics.status, broken.begun]).toEqual(["interrupted", 2]);
    // The second that it began is the third of all, and there is nothing of it yet.
    expect(pathsOf(broken)).toEqual(["flow.onnx", "correction.onnx", "correction-heun.onnx", "solver.onnx"]);
    const resumed = await stoppedIn("fitting", 9, { resume: true });
    expect([resumed.metrics.status, resumed.begun]).toEqual(["complete", 3]);
    expect(pathsOf(resumed)).toEqual(["flow.onnx", ...corrections, "solver.onnx"]);
    for (const path of pathsOf(broken))
      expect([path, fileOf(resumed, path)]).toEqual([path, fileOf(broken, path)]);
  });

  test("in its measurements, keeps all corrections", async () => {
    const controller = new AbortController();
    let measured = 0;
    const { metrics, artefacts } = await run({
      ...{ resume: true, signal: controller.signal },
      onProgress: ({ stage }) => {
        if (stage === "measuring methods" && ++measured === 1) controller.abort();
      },
    });
    expect(metrics.status).toBe("interrupted");
    expect(metrics.densities).toBeUndefined();
    expect(artefacts).toHaveLength(7);
  });
});
