import { describe, expect, test } from "vitest";
import {
  add,
  broadcastLike,
  exp,
  mul,
  type Node,
  reduceSum,
  square,
  sub,
} from "../../../../src/graph/index.js";
import { normalStates } from "../../../../src/hypersolver/index.js";
import { type FieldTrainingInputs, trainField } from "../../../../src/models/index.js";
import { defineField, type IntegralLoss } from "../../../../src/ode/index.js";
import type { Checkpoint } from "../../../../src/optim/index.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";

/** dz/ds = w − z: with w = 1.5 every state goes to 1.5. */
const field = defineField(["batch", 1], (_, z, { w }) => sub(broadcastLike(w as Node, z), z), {
  parameters: { w: fromNumbers([0], [1]) },
});
const toward: IntegralLoss = { running: ({ z }) => reduceSum(square(sub(z, 1.5)), [1]) };
const inputs: FieldTrainingInputs = { loss: toward, states: normalStates([1]), description: "toward 1.5" };
const spec = {
  ...{ iterations: 60, learningRate: 0.2, batch: 32, validation: 64, validations: 4, seed: 1 },
  ...{ span: [0, 4] as const, solver: { method: "rk4:4" } },
};
const numberOf = (w: Tensor | undefined): number => toFloat64(w as Tensor)[0] ?? Number.NaN;

test("finds the parameter that minimizes the integral, and keeps the best in validation", async () => {
  const { field: trained, curve, validationLoss, status } = await trainField(field, spec, inputs);
  expect(status).toBe("complete");
  // The start weighs in: ∫ (z − 1.5)² over z = w + (z₀ − w) e^(−s), z₀ ~ N(0, 1), is least for a w beyond 1.5.
  const a = [0, 1, 2].map((k) => (k === 0 ? 4 : (1 - Math.exp(-4 * k)) / k));
  const least = (1.5 * ((a[0] ?? 0) - (a[1] ?? 0))) / ((a[0] ?? 0) - 2 * (a[1] ?? 0) + (a[2] ?? 0));
  expect(numberOf(trained.parameters.w)).toBeGreaterThan(least - 0.15);
  expect(numberOf(trained.parameters.w)).toBeLessThan(least + 0.15);
  const validated = curve.flatMap(({ validation }) => validation ?? []);
  expect(validated).toHaveLength(4);
  expect(validationLoss).toBe(Math.min(...validated));
});

test("a stopped training goes on to the same parameters, bit by bit", async () => {
  const whole = await trainField(field, spec, inputs);
  const stop = new AbortController();
  let kept: Checkpoint | undefined;
  const cut = await trainField(
    field,
    spec,
    {
      ...inputs,
      onCheckpoint: (checkpoint) => {
        kept = checkpoint;
      },
    },
    { signal: stop.signal, onProgress: ({ done }) => done >= 30 && stop.abort() },
  );
  expect(cut.status).toBe("interrupted");
  const rest = await trainField(field, spec, { ...inputs, checkpoint: kept });
  expect(rest.field.parameters).toEqual(whole.field.parameters);
  await expect(
    trainField(field, spec, { ...inputs, description: "toward 2", checkpoint: kept }),
  ).rejects.toThrow(/checkpoint/);
});

describe("refuses", () => {
  test("a field without parameters", async () => {
    const bare = defineField(["batch", 1], (_, z) => mul(z, -1));
    await expect(trainField(bare, spec, inputs)).rejects.toThrow(/a field with parameters[\s\S]*defineField/);
  });
  test("a misspelled option", async () => {
    await expect(trainField(field, { ...spec, rate: 1 } as never, inputs)).rejects.toThrow(/rate/);
  });
  test("a field that runs to infinity, with what to do", async () => {
    const wild = defineField(["batch", 1], (_, z, { w }) => add(exp(mul(square(z), 50)), w as Node), {
      parameters: { w: fromNumbers([1], [1]) },
    });
    await expect(trainField(wild, spec, inputs)).rejects.toMatchObject({ code: "NON_FINITE" });
  });
});
