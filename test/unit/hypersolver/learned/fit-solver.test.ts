import { describe, expect, test } from "vitest";
import {
  type CoefficientSpec,
  encodeCoefficients,
  fitCoefficients,
  fitSolver,
  measureMethod,
  normalStates,
  type SolverFit,
  type SolverSpec,
  uniformStates,
} from "../../../../src/hypersolver/index.js";
import { isCorrected } from "../../../../src/hypersolver/internal.js";
import type { CorrectedMethod } from "../../../../src/hypersolver/learned/corrected-method.js";
import { startingCoefficients } from "../../../../src/hypersolver/learned/starting-coefficients.js";
import { referenceEnds } from "../../../../src/hypersolver/measure/measure.js";
import { type Field, fieldMacs, nonStationary, orThrow, solveField } from "../../../../src/ode/index.js";
import type { Checkpoint } from "../../../../src/optim/index.js";
import type { RunContext } from "../../../../src/runtime/index.js";
import { Random, type Tensor } from "../../../../src/tensor/index.js";
import { pendulum, pendulumSpan } from "../../../helpers/fitting.js";
import { convolutionalField, imageShape } from "../../../helpers/image-fields.js";

const states = uniformStates([2], -1.5, 1.5);
const common: CoefficientSpec = {
  ...{ evaluations: 4, span: pendulumSpan, seed: 1, batch: 64, start: "midpoint" },
  ...{ iterations: 60, trajectories: 512, learningRate: 0.02 },
};
const spec: SolverSpec = { ...common, hidden: [12], jointIterations: 240, jointBatch: 128 };

/** The solver with corrections, or none. */
function onTop({ method }: SolverFit): CorrectedMethod {
  if (isCorrected(method)) return method;
  throw new Error("coefficients alone");
}

const endOf = async (field: Field, method: SolverFit["method"], z0: Tensor, context: RunContext = {}) =>
  (orThrow(await solveField(field, z0, { method, ...context })).states.at(-1) as Tensor).data;

describe("corrections on coefficients, before training", () => {
  const still: Partial<SolverSpec> = {
    iterations: 1,
    learningRate: 0,
    jointIterations: 1,
    jointLearningRate: 0,
  };
  test.each<[string, Partial<SolverSpec>]>([
    ["one every two evaluations", {}],
    ["one an evaluation", { every: 1 }],
    ["a last one after fewer", { every: 3 }],
    ["one network for all", { shared: true }],
  ])("change nothing, to the last bit: %s", async (_, options) => {
    const field = pendulum();
    const { method, startError, bestError } = await fitSolver(
      field,
      { ...spec, ...still, ...options },
      { states },
    );
    const { z0 } = states.heldOut(50, new Random(3));
    const plain = nonStationary(startingCoefficients("midpoint", 4), { mesh: pendulumSpan });
    expect(isCorrected(method)).toBe(true);
    expect(bestError).toBe(startError);
    expect(await endOf(field, method, z0)).toEqual(await endOf(field, plain, z0));
  });

  test("change nothing on images", async () => {
    const field = convolutionalField();
    const images = normalStates(imageShape);
    const options: SolverSpec = {
      ...{ evaluations: 3, span: [0, 0.5], start: "ab2" },
      ...{ trajectories: 20, hidden: [3] },
    };
    const fit = await fitSolver(field, { ...options, ...still }, { states: images });
    const { method } = fit;
    const { z0 } = images.heldOut(5, new Random(3));
    const plain = nonStationary(startingCoefficients("ab2", 3), { mesh: [0, 0.5] });
    // ONNX Runtime adds a state inside the convolution before it, which rounds elsewhere.
    const exactly = { device: "reference" } as const;
    expect(await endOf(field, method, z0, exactly)).toEqual(await endOf(field, plain, z0, exactly));
  });
});

describe("a fit of coefficients and corrections", () => {
  test("beats coefficients alone on states that it never saw, and says what it costs", async () => {
    const field = pendulum();
    const fit = await fitSolver(field, spec, { states });
    const alone = await fitCoefficients(field, { ...common, iterations: 300 }, { states });
    const held = states.heldOut(200, new Random(5));
    const ends = await referenceEnds(field, pendulumSpan, held);
    const error = async (by: typeof fit.method) =>
      (await measureMethod(field, by, pendulumSpan, held, ends)).errors.mean;
    expect([fit.status, fit.iterations]).toEqual(["complete", 300]);
    expect(await error(fit.method)).toBeLessThan((await error(alone.method)) / 2);
    expect(fit.method.scheme(field).cost(1)).toEqual({
      nfe: 4,
      gCalls: 2,
      // Two networks of 2 + 2 · 2 inputs, 12 hidden and 2, and a matrix beside them.
      macs: 4 * fieldMacs(field) + 2 * (6 * 12 + 12 * 2 + 6 * 2),
    });
    expect(fit.method).toMatchObject({ name: "ns-4-g", title: "NS 4 + g", text: "ns-4-g:0/1.5" });
  });

  test("gives the same by its own spec, and goes on as if it had never stopped, in either phase", async () => {
    const field = pendulum();
    const kept: Checkpoint[] = [];
    const onCheckpoint = (checkpoint: Checkpoint) => void kept.push(checkpoint);
    const short: SolverSpec = { ...spec, iterations: 20, jointIterations: 40, trajectories: 128 };
    const whole = await fitSolver(field, short, { states, onCheckpoint });
    const numbers = (fit: SolverFit) => onTop(fit).corrected;
    const again = await fitSolver(field, whole.spec, { states });
    expect(numbers(again).gains).toEqual(numbers(whole).gains);
    for (const iteration of [10, 20, 40]) {
      const checkpoint = kept.find((one) => one.iteration >= iteration);
      const { networks, ...rest } = numbers(await fitSolver(field, whole.spec, { states, checkpoint }));
      const { networks: expected, ...others } = numbers(whole);
      expect(rest).toEqual(others);
      expect(networks.map(({ parameters }) => parameters)).toEqual(
        expected.map(({ parameters }) => parameters),
      );
    }
  });

  test("learns one network for all corrections, over a span that runs backwards too", async () => {
    const options: SolverSpec = { ...spec, span: [1.5, 0], shared: true, every: 1 };
    const fit = await fitSolver(pendulum(), options, { states });
    expect(onTop(fit).corrected.networks).toHaveLength(1);
    expect(onTop(fit).corrected.networks[0]?.inputs).toEqual(["z", "stages", "s"]);
    expect(fit.bestError).toBeLessThan(fit.startError / 4);
  });

  test("takes images, and reads what f has computed", async () => {
    const options: SolverSpec = {
      ...{ evaluations: 4, span: [0, 0.5], start: "closest" },
      ...{ trajectories: 64, hidden: [4] },
    };
    const images = normalStates(imageShape);
    const short = { iterations: 40, jointIterations: 80, jointLearningRate: 0.01 };
    const fit = await fitSolver(convolutionalField(), { ...options, ...short }, { states: images });
    expect(fit.spec).toMatchObject({
      inputs: ["features", "z", "stages"],
      features: ["hidden"],
      kernels: [1, 3],
    });
    expect(fit.bestError).toBeLessThan(fit.startError / 2);
  });

  test("learns coefficients alone where that is asked for: the same as their own fit", async () => {
    const field = pendulum();
    const fit = await fitSolver(field, { ...common, learn: "coefficients" }, { states });
    const alone = await fitCoefficients(field, common, { states });
    expect(isCorrected(fit.method)).toBe(false);
    if (!isCorrected(fit.method))
      expect(encodeCoefficients(fit.method)).toEqual(encodeCoefficients(alone.method));
    expect(fit.spec).toEqual({ ...alone.spec, learn: "coefficients" });
  });

  test.each<[string, Partial<SolverSpec>, RegExp]>([
    [
      "a last correction that one network does not fit",
      { evaluations: 5, start: "ab2", shared: true },
      /multiple of 2[\s\S]*5/,
    ],
    ["kernels on vectors", { kernels: [3, 3] }, /kernels[\s\S]*image states/],
    ["slopes of channels on vectors", { activation: "channel-prelu" }, /activation[\s\S]*no channels/],
    ["corrections where none are learned", { learn: "coefficients" }, /hidden[\s\S]*learn: both/],
    ["features that the field has not", { inputs: ["z", "features"], features: ["nosuch"] }, /nosuch/],
    ["corrections after no evaluation", { every: 0 }, /every/],
  ])("refuses %s", async (_, change, message) => {
    await expect(fitSolver(pendulum(), { ...spec, ...change }, { states })).rejects.toThrow(message);
  });

  test("is for its span: another grid is refused, its own is not", async () => {
    const { method } = await fitSolver(
      pendulum(),
      { ...spec, iterations: 1, jointIterations: 1 },
      { states },
    );
    expect(() => method.withGrid({ steps: 2 })).toThrow(/0\/1.5[\s\S]*fitted to[\s\S]*2/);
    expect(method.withGrid({ mesh: pendulumSpan }).text).toBe(method.text);
  });
});
