import { expect, test } from "vitest";
import { trainJointly } from "../../../../src/models/index.js";
import { compileParameterSensitivity } from "../../../../src/ode/index.js";
import type { NamedTensors } from "../../../../src/runtime/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { smallTask, trainableField } from "../../../helpers/solved-tasks.js";

const field = trainableField();
const names = Object.keys(field.parameters);

/** The field's parameters part of the way from one to another, in float64. */
const between = (a: NamedTensors, b: NamedTensors, share: number): NamedTensors =>
  Object.fromEntries(
    names.map((name) => {
      const [x, y] = [toFloat64(a[name] as Tensor), toFloat64(b[name] as Tensor)];
      const values = x.map((value, i) => value + share * ((y[i] ?? 0) - value));
      return [name, fromNumbers(values, a[name]?.shape ?? [], "float64")];
    }),
  );

test("proposition 1: an iteration moves f by no more than η L_θ ‖Γ‖, over a whole training", async () => {
  const task = smallTask(field, { rows: 16 });
  const sensitivity = await compileParameterSensitivity(field, { threads: 1 });
  const ratios: number[] = [];
  const rates: number[] = [];
  await trainJointly(
    task,
    { iterations: 12, learningRate: 0.05, solver: "rk4:2", drive: "solver", validations: 1 },
    {
      onIteration: async ({ iteration, learningRate, batch, before, after }) => {
        rates.push(learningRate);
        const places = [0, 0.5].map((s) => ({
          s,
          z: batch.x as Tensor,
          controls: { u: batch.u as Tensor },
        }));
        const norms: number[] = [];
        for (const share of [0, 0.5, 1])
          norms.push(await sensitivity.norm(between(before, after, share), places, new Random(iteration)));
        const length = Math.hypot(
          ...names.flatMap((name) => {
            const old = toFloat64(before[name] as Tensor);
            return [...toFloat64(after[name] as Tensor).map((value, i) => value - (old[i] ?? 0))];
          }),
        );
        const change = await sensitivity.change(before, after, places);
        ratios.push(change / (Math.max(...norms) * length));
      },
    },
    { threads: 1 },
  );
  await sensitivity.dispose();
  expect(ratios).toHaveLength(12);
  expect(Math.max(...rates)).toBeGreaterThan(0.04);
  for (const ratio of ratios) {
    // The middle of a step stands for all of it: what is left is of second order.
    expect(ratio).toBeLessThanOrEqual(1.001);
    expect(ratio).toBeGreaterThan(0.01);
  }
});
