import { beforeAll, describe, expect, test } from "vitest";
import { densityNamed } from "../../../../src/data/index.js";
import {
  densityOverGrid,
  type FlowRequest,
  type FlowRun,
  flowPhases,
  gridAround,
  runFlow,
  squareGrid,
} from "../../../../src/experiments/index.js";
import { CHECKPOINT_FILE, checkpointing, flowSummary } from "../../../../src/experiments/internal.js";
import { flowDefaults } from "../../../../src/experiments/specs.js";
import { mul } from "../../../../src/graph/index.js";
import {
  compileFlowDensity,
  decodeFlow,
  densityData,
  type FlowData,
  normalBase,
} from "../../../../src/models/index.js";
import { defineField } from "../../../../src/ode/index.js";
import type { ProgressEvent } from "../../../../src/runtime/index.js";
import { fromNumbers } from "../../../../src/tensor/index.js";
import { checkpointsInMemory } from "../../../helpers/checkpoints.js";

const data = densityData(densityNamed("checkerboard"), 1);
const spec = {
  phases: flowPhases({ objective: "both", iterations: 100, batch: 64, learningRate: 0.01 }),
  network: { hidden: [16, 16], activation: "silu" as const },
  validations: 4,
  seed: 3,
};
const request: FlowRequest = {
  ...{
    data,
    title: "a flow",
    command: "test",
    spec,
    heldOut: 200,
    figures: false,
    entropy: Math.log(32),
  },
};

const fileOf = ({ artifacts }: FlowRun, name: string): Uint8Array | string => {
  const found = artifacts.find(({ path }) => path === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found.content;
};

describe("a whole training", () => {
  let run: FlowRun;
  const stages: string[] = [];
  const checkpoints = checkpointsInMemory();
  beforeAll(async () => {
    const onProgress = ({ stage }: ProgressEvent) => stages.push(stage);
    run = await runFlow({ ...request, ...(await checkpointing(checkpoints, false)) }, { onProgress });
  });

  test("makes the files, with the truth in them", () => {
    expect(run.artifacts.map(({ path }) => path)).toEqual(["flow.onnx", "metrics.json"]);
    expect(JSON.parse(String(fileOf(run, "metrics.json")))).toEqual(JSON.parse(JSON.stringify(run.metrics)));
    expect(new Set(stages)).toEqual(
      new Set(["training (flow matching)", "training (maximum likelihood)", "measuring on held-out data"]),
    );
    expect(run.metrics).toMatchObject({
      ...{ status: "complete", iterations: 101, dimension: 2, base: "normal" },
      parameters: 3 * 16 + 16 + 16 * 16 + 16 + 16 * 2 + 2,
      heldOut: { nll: { n: 200 } },
    });
    expect(run.facts).toMatchObject({ seed: 3, heldOutNll: run.metrics.heldOut?.nll.mean });
    expect(run.facts.training).toBe(
      "100 iterations of flow matching, batch 64, learning rate 0.01; then " +
        "1 iterations of maximum likelihood, batch 64, learning rate 0.001",
    );
    expect(flowSummary(run.metrics)).toContain("nats (200 points");
    expect(flowSummary(run.metrics)).toContain("3.466");
  });

  test("measures what its file does, on held-out points", async () => {
    const flow = decodeFlow(fileOf(run, "flow.onnx") as Uint8Array, "flow.onnx");
    const density = await compileFlowDensity(flow);
    const { values } = await density.run(data.heldOut(200));
    await density.dispose();
    const nll = -values.reduce((total, value) => total + value / values.length, 0);
    expect(nll).toBeCloseTo(run.metrics.heldOut?.nll.mean ?? 0, 5);
  });

  test("leaves the checkpoint to its caller, who can go on from one to the same file", async () => {
    expect([...checkpoints.files.keys()]).toEqual([CHECKPOINT_FILE]);
    const stopped = checkpointsInMemory();
    const abort = new AbortController();
    const broken = await runFlow(
      { ...request, ...(await checkpointing(stopped, false)) },
      { signal: abort.signal, onProgress: ({ done }) => done === 60 && abort.abort() },
    );
    expect(broken.metrics).toMatchObject({ status: "interrupted", iterations: 60 });
    const resumed = await runFlow({ ...request, ...(await checkpointing(stopped, true)) });
    expect(resumed.metrics.status).toBe("complete");
    expect(resumed.metrics.curve).toEqual(run.metrics.curve);
    expect(fileOf(resumed, "flow.onnx")).toEqual(fileOf(run, "flow.onnx"));
  });

  test("refuses a checkpoint of another training", async () => {
    const other = { ...spec, seed: 4 };
    const kept = await checkpointing(checkpoints, true);
    await expect(runFlow({ ...request, ...kept, spec: other })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "checkpoint" },
    });
  });

  test("that cannot solve the held-out data keeps the flow", async () => {
    const broken: FlowData = { ...data, heldOut: () => fromNumbers([Number.NaN, 1], [1, 2]) };
    const { metrics, artifacts } = await runFlow({ ...request, data: broken });
    expect([metrics.heldOut, metrics.broken?.reason]).toEqual([undefined, expect.stringContaining("NaN")]);
    expect(flowSummary(metrics)).toContain("could not be solved");
    expect(artifacts).toHaveLength(2);
  });
});

describe("phases", () => {
  test("have defaults by objective", () => {
    const { iterations, learningRate, batch } = flowDefaults;
    expect(flowPhases({ objective: "maximum-likelihood" })).toEqual([
      {
        objective: "maximum-likelihood",
        iterations: iterations["maximum-likelihood"],
        learningRate: learningRate["maximum-likelihood"],
        batch,
      },
    ]);
    const [first, second] = flowPhases({ objective: "both", likelihood: { kinetic: 1 } });
    expect(first).toEqual({
      ...{ objective: "flow-matching", batch },
      iterations: iterations["flow-matching"],
      learningRate: learningRate["flow-matching"],
    });
    expect(second).toMatchObject({
      objective: "maximum-likelihood",
      iterations: 100,
      likelihood: { kinetic: 1 },
    });
  });
});

describe("a density over a grid", () => {
  /** z' = z from 0 to log 2: a normal distribution of deviation 2. */
  const flow = {
    field: defineField(["batch", 2], (_s, z) => mul(z, 1)),
    base: normalBase,
    span: [0, Math.log(2)] as const,
    standardization: { shift: [0, 0], scale: [1, 1] },
  };

  test("has the exact values in the middle of cells, and integrates to one", async () => {
    const density = await compileFlowDensity(flow, { method: "dopri5@1e-6" });
    const grid = squareGrid(-10, 10, 130);
    const { values, integral } = await densityOverGrid(density, grid);
    await density.dispose();
    expect(values).toHaveLength(130 * 130);
    expect(integral).toBeCloseTo(1, 4);
    for (const [column, row] of [
      [0, 0],
      [70, 60],
      [12, 100],
    ] as const) {
      const [x, y] = [column, row].map((i) => -10 + (20 / 130) * (i + 0.5)) as [number, number];
      const exact = Math.exp(-(x * x + y * y) / 8) / (8 * Math.PI);
      expect(Math.abs((values[row * 130 + column] ?? 0) / exact - 1)).toBeLessThan(1e-4);
    }
  });

  test("is laid around points in square cells, far outliers aside", () => {
    const cloud = Array.from({ length: 1000 }, (_, i) => [i / 100, (i % 100) / 50]).flat();
    const { x, y, columns, rows, size } = gridAround(fromNumbers([...cloud, 1e6, 1e6], [1001, 2]), 60);
    expect([x[0] < 0, x[1] > 10, x[1] < 20, y[0] < 0, y[1] > 1.99]).toEqual([true, true, true, true, true]);
    expect(columns).toBe(60);
    expect(rows).toBeLessThan(20);
    expect(x[1] - x[0]).toBeCloseTo(columns * size, 9);
    expect(y[1] - y[0]).toBeCloseTo(rows * size, 9);
    const single = gridAround(fromNumbers([3, 4], [1, 2]));
    expect([single.columns, single.rows]).toEqual([100, 100]);
  });
});
