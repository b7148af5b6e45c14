import { beforeAll, describe, expect, test } from "vitest";
import type * as Graphs from "../../../src/graph/index.js";
import type { NamedNodes, Node } from "../../../src/graph/index.js";
import type { adam, compileTraining, Training, TrainingProblem } from "../../../src/optim/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";

/** A thread needs JavaScript: these tests use what `npm run build` made, which `npm test` does first. */
let built: { readonly compileTraining: typeof compileTraining; readonly adam: typeof adam };
let graph: Pick<typeof Graphs, "add" | "matmul" | "mean" | "mul" | "square" | "sub" | "tanh">;
beforeAll(async () => {
  built = await import(new URL("../../../dist/optim/index.js", import.meta.url).href);
  graph = await import(new URL("../../../dist/graph/index.js", import.meta.url).href);
});

const random = new Random(8);
const normal = (...shape: number[]): Tensor =>
  fromNumbers(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );
const parameters = { w: normal(3, 4), v: normal(4, 2) };
const buffers = { running: fromNumbers([0.5], [1]) };
const batches = [130, 160, 33, 1, 200].map((rows) => ({ x: normal(rows, 3), y: normal(rows, 2) }));

const problem = (): TrainingProblem => ({
  ...{ parameters, buffers, optimizer: built.adam(), clipNorm: 0.5, averageDecay: 0.9, rowwise: true },
  batch: { x: { shape: ["batch", 3] }, y: { shape: ["batch", 2] } },
  loss: ({ w, v }: NamedNodes, { x, y }: NamedNodes, { running }: NamedNodes) => {
    const { add, matmul, mean, mul, square, sub, tanh } = graph;
    const output = matmul(tanh(matmul(x as Node, w as Node)), v as Node);
    const moved = add(mul(running as Node, 0.9), mul(mean(mean(output, 0), 0, true), 0.1));
    return {
      loss: mean(square(sub(output, y as Node))),
      ...{ metrics: { level: mean(output) }, buffers: { running: moved } },
    };
  },
});

async function trained(training: Training, from = 0) {
  const steps = [];
  for (const batch of batches.slice(from)) steps.push(await training.step(batch, 1e-2));
  return steps;
}

describe("a batch divided among threads", () => {
  test("trains as one that is not, bit by bit alike every time and after a restart", async () => {
    const whole = await built.compileTraining(problem(), { threads: 1 });
    const compile = { threads: 2, parallel: "batch" } as const;
    const [split, again] = [
      await built.compileTraining(problem(), compile),
      await built.compileTraining(problem(), compile),
    ];
    const [expected, received] = [await trained(whole), await trained(split)];
    for (const [i, step] of received.entries()) {
      const { loss, gradientNorm, metrics, taken } = expected[i] as (typeof expected)[number];
      expect(step.taken).toBe(taken);
      expect(step.loss).toBeCloseTo(loss, 5);
      expect(step.gradientNorm).toBeCloseTo(gradientNorm, 5);
      expect(step.metrics.level).toBeCloseTo(metrics.level ?? Number.NaN, 5);
    }
    const [a, b] = [split.state(), whole.state()];
    expect(Object.keys(a)).toEqual(Object.keys(b));
    for (const name of Object.keys(a)) {
      const difference = relativeDifference(toFloat64(a[name] as Tensor), toFloat64(b[name] as Tensor));
      expect(difference, name).toBeLessThan(1e-4);
    }
    for (const batch of batches.slice(0, 2)) await again.step(batch, 1e-2);
    const middle = again.state();
    await trained(again, 2);
    again.restore(middle);
    expect(await trained(again, 2)).toEqual(received.slice(2));
    expect(again.state()).toEqual(a);
    for (const training of [whole, split, again]) await training.dispose();
  });

  test("skips a step whose gradient is not finite", async () => {
    const split = await built.compileTraining(problem(), { threads: 2, parallel: "batch" });
    const before = split.state();
    const broken = { x: normal(9, 3), y: normal(9, 2) };
    broken.x.data[20] = Number.NaN;
    expect((await split.step(broken, 1e-2)).taken).toBe(false);
    expect(split.state()).toEqual(before);
    await split.dispose();
  });
});
