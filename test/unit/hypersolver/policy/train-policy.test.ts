import { describe, expect, test } from "vitest";
import { add, cos, mul, square, trace } from "../../../../src/graph/index.js";
import { mlpCorrection } from "../../../../src/hypersolver/correction/network.js";
import {
  compileControlledSolve,
  compileSteeredSolve,
  fitCorrection,
  type PolicySpec,
  trainStepPolicy,
  uniformStates,
} from "../../../../src/hypersolver/index.js";
import {
  adaptive,
  adaptiveHeun,
  bosh3,
  compileSolve,
  defineField,
  dopri5,
  type Field,
  heun,
  orThrow,
  proportionalIntegralController,
} from "../../../../src/ode/index.js";
import { makeField, perSample, withStepControl } from "../../../../src/ode/internal.js";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../../../src/optim/index.js";
import { fromNumbers, Random, rows, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { decays } from "../../../helpers/decay-family.js";

const context = { threads: 1 };
const states = uniformStates([1], 0.5, 1.5);
/** dz/ds of a state of one number, without a depth. */
const plain = (f: Parameters<typeof trace>[1]): Field =>
  makeField(
    trace({ z: { shape: ["batch", 1] } }, f),
    { state: "z", depth: undefined, controls: [], output: "dz" },
    {},
  );

/** Heun solves it exactly in steps of any size: the best policy is known. */
const even = plain(({ z }) => ({ dz: add(mul(z as never, 0), 1) }));
const spec: PolicySpec = {
  ...{ base: "heun", span: [0, 1], epsilon: [0.125, 0.5], levels: 3, costWeight: 0.01 },
  ...{ iterations: 40, rollouts: 16, hidden: [8], learningRate: 0.02, seed: 1 },
};
/** A g that is worth nothing: it is zero. */
const useless = mlpCorrection(
  {
    ...{ base: heun, inputs: ["z", "stages", "epsilon"], hidden: [4], activation: "tanh" },
    statistics: Object.fromEntries(
      ["z", "k0", "k1", "epsilon"].map((name) => [
        name,
        { mean: Float64Array.of(0), deviation: Float64Array.of(1) },
      ]),
    ),
    scale: Float64Array.of(1),
  },
  new Random(0),
);

describe("an agent that learns to step", () => {
  test("takes the longest steps where the error is none, and pays for no correction that is worth nothing", async () => {
    const asked = { ...spec, correctionCost: 1 };
    const { policy, bestLoss } = await trainStepPolicy(even, asked, { states, correction: useless }, context);
    // Two steps of two evaluations.
    expect(bestLoss).toBeCloseTo(0.04, 5);
    const solve = await compileSteeredSolve(even, policy, [0, 1], context);
    const { z1, statistics } = await solve.run(fromNumbers([0.25, 1], [2, 1]));
    await solve.dispose();
    expect([...toFloat64(z1)]).toEqual([1.25, 2]);
    expect([...statistics.nfe]).toEqual([4, 4]);
    expect([...statistics.gCalls]).toEqual([0, 0]);
    expect(statistics.sizes).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
  });

  test.each(["step", "end"] as const)(
    "finds the best of all constant steps by the error of the %s",
    async (error) => {
      const family = decays([2, 3]);
      const asked: PolicySpec = {
        ...spec,
        epsilon: [0.1, 0.8],
        levels: 4,
        costWeight: 0.002,
        error,
        iterations: 80,
      };
      const inputs = { states: family.states };
      const { bestLoss } = await trainStepPolicy(family.field, asked, inputs, context);
      const constant = async (epsilon: number): Promise<number> =>
        (
          await trainStepPolicy(
            family.field,
            { ...asked, epsilon: [epsilon, epsilon], levels: 1, iterations: 1 },
            inputs,
            context,
          )
        ).bestLoss;
      const losses: number[] = [];
      for (const epsilon of [0.1, 0.2, 0.4, 0.8]) losses.push(await constant(epsilon));
      expect(bestLoss).toBeLessThanOrEqual(1.02 * Math.min(...losses));
      expect(Math.max(...losses)).toBeGreaterThan(1.5 * Math.min(...losses));
    },
  );

  test("goes on from a checkpoint bit by bit, and keeps what it has at a signal", async () => {
    const kept: Checkpoint[] = [];
    const short = { ...spec, iterations: 4 };
    const onCheckpoint = (one: Checkpoint): void =>
      void kept.push(decodeCheckpoint(encodeCheckpoint(one), "checkpoint"));
    const whole = await trainStepPolicy(even, short, { states, onCheckpoint }, context);
    const resumed = await trainStepPolicy(even, short, { states, checkpoint: kept[1] }, context);
    expect(kept[1]?.iteration).toBe(2);
    expect(resumed.policy.parameters).toEqual(whole.policy.parameters);
    const stopping = new AbortController();
    const stop = { states, onCheckpoint: () => stopping.abort() };
    const cut = await trainStepPolicy(even, short, stop, { ...context, signal: stopping.signal });
    expect([cut.status, cut.iterations]).toEqual(["interrupted", 1]);
    expect(cut.bestLoss).toBeGreaterThan(0);
  });

  test("is not lost to steps that break: they count as hopeless", async () => {
    // z' = z² from 1 leaves every number behind at s = 1, and Heun in long steps does not notice.
    const burst = plain(({ z }) => ({ dz: mul(square(z as never), 4) }));
    const near = uniformStates([1], 0.2, 0.24);
    const { bestLoss } = await trainStepPolicy(burst, { ...spec, iterations: 3 }, { states: near }, context);
    expect(Number.isFinite(bestLoss)).toBe(true);
  });
});

describe("what agents refuse", () => {
  const trained = (field: Field, change: object, inputs: object = {}) =>
    trainStepPolicy(field, { ...spec, iterations: 1, ...change }, { states, ...inputs }, context);

  test.each<[string, Field, object, object, string]>([
    ["steps without a range", even, { epsilon: [0.5, 0.1] }, {}, "INVALID_ARGUMENT"],
    ["a cost of nothing", even, { costWeight: 0 }, {}, "INVALID_ARGUMENT"],
    ["a correction of another base", even, { base: "midpoint" }, { correction: useless }, "INVALID_ARGUMENT"],
    [
      "a field whose samples share their depth",
      defineField(["batch", 1], (s, z) => mul(cos(perSample(s, z)), z)),
      {},
      {},
      "UNSUPPORTED_FIELD",
    ],
    [
      "images",
      defineField(["batch", 1, 2, 2], (_, z) => z),
      {},
      { states: uniformStates([1, 2, 2], 0, 1) },
      "SHAPE_MISMATCH",
    ],
  ])("%s", async (_, field, change, inputs, code) => {
    await expect(trained(field, change, inputs)).rejects.toThrow(expect.objectContaining({ code }));
  });

  test("nothing of a field that declares a depth and does not read it", async () => {
    const { status } = await trained(
      defineField(["batch", 1], (_, z) => mul(z, -1)),
      {},
    );
    expect(status).toBe("complete");
  });

  test("states that break in a solve, by the sample", async () => {
    const { policy } = await trained(even, {});
    const burst = plain(({ z }) => ({ dz: mul(square(square(z as never)), square(z as never)) }));
    const solve = await compileSteeredSolve(burst, policy, [0, 1], context);
    const run = solve.run(fromNumbers([0.1, 1e4], [2, 1]));
    await expect(run).rejects.toThrow(/in sample 1/);
    await solve.dispose();
  });
});

describe("step control sample by sample", () => {
  const family = decays([1, 6]);
  const { z0, controls } = family.states.heldOut(6, new Random(2));
  const rate = controls.rate as Tensor;

  test.each([bosh3, dopri5, adaptiveHeun])("of $name is that of a solve for each sample", async (tableau) => {
    const how = { firstStep: 0.3, reuseLastStage: false, stepController: proportionalIntegralController() };
    const method = withStepControl(adaptive(tableau, { rtol: 1e-3, atol: 1e-3 }), how);
    const ours = await compileControlledSolve(
      family.field,
      { span: [0, 1], method, firstStep: 0.3 },
      context,
    );
    const { z1, statistics } = await ours.run(z0, controls);
    const one = await compileSolve(family.field, { ...context, method, span: [0, 1] });
    for (let i = 0; i < 6; i++) {
      const solution = orThrow(await one.run(rows(z0, i, i + 1), { rate: rows(rate, i, i + 1) }));
      expect(solution.states.at(-1)).toEqual(rows(z1, i, i + 1));
      expect(statistics.nfe[i]).toBe(solution.statistics.nfe);
    }
    await ours.dispose();
    await one.dispose();
  });

  test("adds a correction to the steps that pass", async () => {
    const { correction } = await fitCorrection(
      family.field,
      {
        ...{
          base: "heun",
          steps: 2,
          inputs: ["z", "stages", "epsilon", "x"],
          iterations: 200,
          trajectories: 128,
        },
        ...{ batch: 64, hidden: [16], seed: 0, epsilon: [0.05, 0.6] },
      },
      { states: family.states },
      context,
    );
    const method = adaptive(adaptiveHeun, { rtol: 5e-2, atol: 5e-2 });
    const errorOf = async (g?: typeof correction): Promise<{ error: number; gCalls: number }> => {
      const options = { span: [0, 1] as const, method, firstStep: 0.2, correction: g };
      const solve = await compileControlledSolve(family.field, options, context);
      const { z1, statistics } = await solve.run(z0, controls);
      await solve.dispose();
      const [z, k] = [toFloat64(z0), toFloat64(rate)];
      const errors = toFloat64(z1).map((end, i) => Math.abs(end - (z[i] ?? 0) * Math.exp(-(k[i] ?? 0))));
      return { error: Math.max(...errors), gCalls: Math.min(...statistics.gCalls) };
    };
    const [alone, corrected] = [await errorOf(), await errorOf(correction)];
    expect(corrected.error).toBeLessThan(0.5 * alone.error);
    expect([alone.gCalls, corrected.gCalls > 0]).toEqual([0, true]);
  });
});
