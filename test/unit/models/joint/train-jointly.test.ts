import { describe, expect, test } from "vitest";
import { type JointSpec, type SolvedTask, trainJointly } from "../../../../src/models/index.js";
import type { Checkpoint } from "../../../../src/optim/index.js";
import type { Tensor } from "../../../../src/tensor/index.js";
import { scaled } from "../../../helpers/flows.js";
import { smallTask, trainableField } from "../../../helpers/solved-tasks.js";

const field = trainableField();
/** Its validation is the training loss of fixed data, so that the best values are the last ones. */
const task: SolvedTask = smallTask(field, { rows: 16 });
const spec: JointSpec = {
  ...{ iterations: 24, validations: 4, learningRate: 1e-2, averageDecay: 0.9, updates: 2, rows: 8, every: 1 },
  hypersolver: { steps: 1, hidden: [8], learningRate: 1e-2 },
};
const shares = async (more: Partial<JointSpec>, of = task): Promise<number[]> =>
  (await trainJointly(of, { ...spec, ...more }, {}, { threads: 1 })).curve.map(
    ({ metrics }) => metrics.hypersolver ?? Number.NaN,
  );

describe("who solves", () => {
  test("is the hypersolver from the first iteration on, if drive says so", async () => {
    expect(await shares({ drive: "hypersolver", threshold: 1e-9 })).toEqual([1, 1, 1, 1]);
  });

  test("is the classical one where the threshold is never met", async () => {
    expect(await shares({ threshold: 1e-9 })).toEqual([0, 0, 0, 0]);
  });

  test("changes when the field's states leave what g is good at, and changes back", async () => {
    // Twelve iterations of large states, which barely move, twelve of small ones, which do, and twelve of large ones.
    const wandering: SolvedTask = {
      ...task,
      draw: (iteration) => {
        const { x, ...rest } = task.draw(iteration);
        const size = Math.floor(iteration / 12) === 1 ? 0.1 : 10;
        return { ...rest, x: scaled(x as Tensor, size) };
      },
    };
    const asked = { iterations: 36, validations: 6, threshold: 0.2, release: 1, updates: 0 };
    const [first, , leaving = 0, gone, returning = 0, back] = await shares(asked, wandering);
    expect([first, gone, back]).toEqual([1, 0, 1]);
    for (const share of [leaving, returning]) expect(Math.abs(share - 0.5)).toBeLessThan(0.5);
  });
});

describe("a joint training", () => {
  test("goes on bit by bit from a checkpoint", async () => {
    const checkpoints: Checkpoint[] = [];
    const switching = { ...spec, threshold: 0.05 };
    const onCheckpoint = (checkpoint: Checkpoint): void => void checkpoints.push(checkpoint);
    const whole = await trainJointly(task, switching, { onCheckpoint }, { threads: 1 });
    const checkpoint = checkpoints[1];
    expect(checkpoint?.iteration).toBe(12);
    const resumed = await trainJointly(task, switching, { checkpoint }, { threads: 1 });
    expect(resumed.parameters).toEqual(whole.parameters);
    expect(resumed.correction?.parameters).toEqual(whole.correction?.parameters);
    const last = ({ curve }: typeof whole) => ({ ...curve.at(-1)?.metrics, milliseconds: 0 });
    expect(last(resumed)).toEqual(last(whole));
    expect(whole.curve.at(-1)?.metrics.referenceNfe).toBeGreaterThan(0);
  });

  test("refuses a checkpoint of another, and specs that make no sense", async () => {
    const none = { iterations: 3, drive: "hypersolver" } as const;
    await expect(trainJointly(task, none)).rejects.toThrow(/hypersolver/);
    await expect(trainJointly(task, { ...spec, hypersolver: { steps: 1, hidden: [] } })).rejects.toThrow(
      /hidden/,
    );
    await expect(trainJointly(task, { ...spec, solver: "nope:3" })).rejects.toThrow(/nope/);
  });

  test("refuses tasks that do not hang together", async () => {
    const { u: _, ...rest } = task.batch;
    await expect(trainJointly({ ...task, batch: rest }, spec)).rejects.toThrow(/control "u"/);
    const twice = { ...task, parameters: { W: field.parameters.W as never } };
    await expect(trainJointly(twice, spec)).rejects.toThrow(/"W" twice/);
    const fixed = { ...task, field: { ...field, parameters: {} } };
    await expect(trainJointly(fixed, spec)).rejects.toThrow(/with parameters/);
  });
});
