import { expect, test } from "vitest";
import { evaluateGraph, gradient, type NamedNodes, type Node, trace } from "../../../../src/graph/index.js";
import { firstCorrection } from "../../../../src/hypersolver/internal.js";
import { type PenalizedSpec, trainPenalized } from "../../../../src/models/index.js";
import { taskParameters } from "../../../../src/models/joint/solved-task.js";
import { penalizedLoss } from "../../../../src/models/joint/train-penalized.js";
import { fieldAs } from "../../../../src/ode/index.js";
import type { Checkpoint } from "../../../../src/optim/index.js";
import { fromNumbers, item, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { prefixed, withPrefix } from "../../../../src/tensor/internal.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { nonZeroCorrection, smallTask, trainableField } from "../../../helpers/solved-tasks.js";

test("the penalized loss has the gradients of central differences in float64, for both sides", () => {
  const field = fieldAs(trainableField(), "float64");
  const task = smallTask(field, { dtype: "float64" });
  const correction = nonZeroCorrection(field);
  const all = { ...prefixed(taskParameters(task), "task "), ...prefixed(correction.parameters, "g ") };
  const names = Object.keys(all);
  const batch = task.draw(0);
  const plan = { weight: 0.7, steps: 2, referenceSteps: 2 };
  const graph = trace({ ...batch, ...all }, (nodes: NamedNodes) => {
    const sides = { task: withPrefix(nodes, "task "), correction: withPrefix(nodes, "g ") };
    const { loss, distance, metrics } = penalizedLoss(task, correction, plan, nodes, sides);
    const slopes = gradient(
      loss,
      names.map((name) => nodes[name] as Node),
    );
    const found = Object.fromEntries(names.map((name, i) => [`d ${name}`, slopes[i] as Node]));
    return { loss, distance, end: metrics.end as Node, ...found };
  });
  const lossAt = (own: typeof all): number => item(evaluateGraph(graph, { ...batch, ...own }).loss as Tensor);
  const outputs = evaluateGraph(graph, { ...batch, ...all });
  const [found, expected]: [number[], number[]] = [[], []];
  for (const [name, value] of Object.entries(all)) {
    found.push(...toFloat64(outputs[`d ${name}`] as Tensor));
    for (const i of value.data.keys()) {
      const moved = (by: number): typeof all => {
        const data = toFloat64(value).slice();
        data[i] = (data[i] ?? 0) + by;
        return { ...all, [name]: fromNumbers(data, value.shape, "float64") };
      };
      expected.push((lossAt(moved(1e-5)) - lossAt(moved(-1e-5))) / 2e-5);
    }
  }
  expect(item(outputs.distance as Tensor)).toBeGreaterThan(0.01);
  expect(relativeDifference(found, expected)).toBeLessThan(1e-6);
});

const field = trainableField();
const task = smallTask(field, { rows: 16 });
const correction = firstCorrection(field, { steps: 2, hidden: [4], activation: "tanh", span: [0, 1] });
const spec: PenalizedSpec = {
  ...{ iterations: 60, steps: 2, learningRate: 0.02, correctionRate: 0.02, validations: 4 },
};

test("a penalty is paid: the hypersolver's error ends lower, and both parts of the loss are told", async () => {
  const [free, penalized] = [
    await trainPenalized(task, correction, { ...spec, weight: 0 }, {}, { threads: 1 }),
    await trainPenalized(task, correction, { ...spec, weight: 20 }, {}, { threads: 1 }),
  ];
  const last = (of: typeof free, name: string): number => of.curve.at(-1)?.metrics[name] ?? Number.NaN;
  expect(last(penalized, "distance")).toBeLessThan(0.7 * last(free, "distance"));
  expect(last(free, "correction")).toBeGreaterThan(0);
  expect(last(free, "end")).not.toBeNaN();
  expect(free.curve[0]?.loss).toBeGreaterThan(free.curve.at(-1)?.loss ?? Number.NaN);
  expect(Object.keys(free.parameters).sort()).toEqual(Object.keys(taskParameters(task)).sort());
  expect(free.field.parameters.W).toEqual(free.parameters.W);
  expect(free.correction.parameters).not.toEqual(correction.parameters);
});

test("a penalized training goes on from a checkpoint bit by bit", async () => {
  const checkpoints: Checkpoint[] = [];
  const short = { ...spec, iterations: 8, updates: 2 };
  const whole = await trainPenalized(task, correction, short, {
    onCheckpoint: (checkpoint) => void checkpoints.push(checkpoint),
  });
  const resumed = await trainPenalized(task, correction, short, { checkpoint: checkpoints[1] });
  expect(resumed.parameters).toEqual(whole.parameters);
  expect(resumed.correction.parameters).toEqual(whole.correction.parameters);
  expect(resumed.curve).toEqual(whole.curve);
});

test("a weight below zero is refused", async () => {
  await expect(trainPenalized(task, correction, { ...spec, weight: -1 })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    facts: { what: "weight" },
  });
});
