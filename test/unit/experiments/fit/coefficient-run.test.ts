import { beforeAll, describe, expect, test } from "vitest";
import { bestRival } from "../../../../src/experiments/fit/best-rival.js";
import { measuredRows } from "../../../../src/experiments/fit/comparison.js";
import {
  coefficientLearner,
  type FitRequest,
  type FitRun,
  type LearnedCoefficients,
  runFit,
} from "../../../../src/experiments/index.js";
import { fitSummary } from "../../../../src/experiments/internal.js";
import { importOnnx } from "../../../../src/graph/index.js";
import { decodeCoefficients, measureMethod, selfTest } from "../../../../src/hypersolver/index.js";
import { goldenVectorsOf, referenceEnds, resolveCoefficients } from "../../../../src/hypersolver/internal.js";
import type { Checkpoint } from "../../../../src/optim/index.js";
import { Random } from "../../../../src/tensor/index.js";
import { pendulum, pendulumSpan, smallFit } from "../../../helpers/fitting.js";
import { unbroken } from "../../../helpers/unbroken.js";

const spec = {
  ...{ evaluations: 4, span: pendulumSpan, iterations: 120, trajectories: 256, batch: 64, seed: 1 },
};
const request: FitRequest<LearnedCoefficients> = {
  ...{ field: pendulum(), title: "pendulum", command: "test", heldOut: 100, budget: [4], figures: false },
  learner: coefficientLearner(spec),
  states: smallFit.states,
};

describe("a whole run that learns coefficients", () => {
  let run: FitRun<LearnedCoefficients>;
  const handedOut: string[] = [];
  beforeAll(async () => {
    const onLearned: FitRequest["onLearned"] = async ({ path }) => void handedOut.push(path);
    const onProgress = ({ stage }: { readonly stage: string }): void => void handedOut.push(stage);
    run = await runFit({ ...request, onLearned }, { onProgress, threads: 1 });
  });

  test("makes their file first, and of it a solver in one file", async () => {
    expect(handedOut.indexOf("coefficients.json")).toBeLessThan(handedOut.indexOf("measuring methods"));
    const paths = run.artifacts.map(({ path }) => path);
    expect(paths).toEqual(["coefficients.json", "solver.onnx", "metrics.json"]);
    const solver = run.solver ?? new Uint8Array();
    const model = importOnnx(solver, "solver.onnx");
    const golden = goldenVectorsOf(model.metadata, "solver.onnx");
    expect(golden?.z1.shape).toEqual([4, 2]);
    if (golden !== undefined) await selfTest(solver, model.graph, golden, "solver.onnx");
  });

  test("tells the errors of what the file has, on states held out", async () => {
    const { method, card } = decodeCoefficients(run.content, "coefficients.json");
    expect(card).toEqual(run.card);
    const samples = smallFit.states.heldOut(100, new Random(1));
    const ends = await referenceEnds(request.field, pendulumSpan, samples);
    const { errors } = await measureMethod(request.field, method, pendulumSpan, samples, ends);
    const { learned, base } = run.metrics;
    expect(errors.mean / unbroken(learned).mean).toBeCloseTo(1, 6);
    expect(learned).toMatchObject({ title: "NS", nfe: 4, gCalls: 0 });
    expect(base).toMatchObject({ title: "midpoint", steps: 2, nfe: 4 });
    expect(unbroken(learned).mean).toBeLessThan(unbroken(base).mean / 2);
    const far = errors.samples.filter((error) => error > unbroken(learned).quantile95).length;
    expect(far).toBe(5);
    expect(resolveCoefficients(request.field, run.metrics.spec)).toEqual(run.metrics.spec);
  });

  test("names what comes closest without learning at no more evaluations", () => {
    const { comparison, learned } = run.metrics;
    const rival = bestRival(comparison, unbroken(learned));
    const affordable = measuredRows(comparison).filter(({ nfe, role }) => nfe <= 4 && role !== "hypersolver");
    expect(rival?.error).toBe(Math.min(...affordable.map(({ error }) => error)));
    expect(affordable.map(({ method }) => method)).toContain("PEC Heun");
    expect(fitSummary(run.metrics)).toMatch(
      /^NS with 4 evaluations of f ends .*; midpoint, with which it began/,
    );
    expect(fitSummary(run.metrics)).toContain(`${rival?.method} with ${rival?.steps} step`);
  });

  test("that is stopped goes on from its checkpoint to the same file, byte by byte", async () => {
    const abort = new AbortController();
    const checkpoints: Checkpoint[] = [];
    const stopped = await runFit(
      { ...request, onCheckpoint: (one) => void checkpoints.push(one) },
      {
        threads: 1,
        signal: abort.signal,
        onProgress: ({ stage, done }) => {
          if (stage === "fitting coefficients" && done === 50) abort.abort();
        },
      },
    );
    expect(stopped.metrics).toMatchObject({ status: "interrupted", iterations: 50 });
    const { content, metrics } = await runFit({ ...request, checkpoint: checkpoints.at(-1) }, { threads: 1 });
    expect(content).toEqual(run.content);
    expect(metrics.losses).toEqual(run.metrics.losses);
  });
});

test("coefficients that are computed and not trained are drawn and told without a training", async () => {
  const learner = coefficientLearner({ ...spec, start: "regression", iterations: 0 });
  const { metrics, artifacts } = await runFit({ ...request, learner, figures: true }, { threads: 1 });
  const drawn = artifacts.map(({ path }) => path).filter((path) => path.endsWith(".svg"));
  expect(drawn.length).toBeGreaterThan(0);
  expect(drawn.filter((path) => path.includes("training"))).toEqual([]);
  expect(metrics.losses).toEqual([]);
  expect(fitSummary(metrics)).toMatch(/; midpoint, of as many evaluations, ends/);
});
