import { describe, expect, test } from "vitest";
import { constant, log, matmul, mul, sub } from "../../../../src/graph/index.js";
import {
  fitCoefficients,
  normalStates,
  stateErrors,
  uniformStates,
} from "../../../../src/hypersolver/index.js";
import { regressedStart } from "../../../../src/hypersolver/learned/regressed-start.js";
import { startingMethod } from "../../../../src/hypersolver/learned/starting-coefficients.js";
import { referenceEnds } from "../../../../src/hypersolver/measure/measure.js";
import { defineField, type Field, nonStationary, orThrow, solveField } from "../../../../src/ode/index.js";
import { fromNumbers, Random, type Tensor } from "../../../../src/tensor/index.js";
import { pendulum, pendulumSpan } from "../../../helpers/fitting.js";
import { smallField } from "../../../helpers/flows.js";

const ended = async (
  field: Field,
  z0: Tensor,
  method: Parameters<typeof solveField>[2]["method"],
  span = [0, 1],
) => orThrow(await solveField(field, z0, { span: span as [number, number], method })).states.at(-1) as Tensor;

describe("coefficients by regression", () => {
  test("are exact for linear fields with as many evaluations as there are components: exp(A) is a polynomial of A", async () => {
    // z' = A z turns and shrinks: exp(A) from the eigenvalues −0.3 ± 1.1 i.
    const a = fromNumbers([-0.3, 1.1, -1.1, -0.3], [2, 2]);
    const field = defineField(["batch", 2], (_, z) => matmul(z, constant(a)));
    const { z0 } = normalStates([2]).training(64, new Random(2));
    const rows = z0.data as Float32Array;
    const shrunk = Math.exp(-0.3);
    const [cos, sin] = [shrunk * Math.cos(1.1), shrunk * Math.sin(1.1)];
    const exact = Float64Array.from(rows, (_, k) => {
      const [x = 0, y = 0] = rows.slice(k - (k % 2), k - (k % 2) + 2);
      return k % 2 === 0 ? cos * x - sin * y : sin * x + cos * y;
    });
    const end = fromNumbers(exact, z0.shape, "float64");
    const pairs = { z0, controls: {}, end };
    const found = await regressedStart(field, { evaluations: 2, span: [0, 1] }, pairs, {});
    if (found === undefined) throw new Error("nothing was found");
    const own = await ended(field, z0, nonStationary(found, { mesh: [0, 1] }));
    expect(Math.max(...stateErrors(own, end).samples)).toBeLessThan(1e-5);
  });

  test.each([2, 4, 7])(
    "of %i evaluations end closer than the usual methods, on states they never saw",
    async (evaluations) => {
      const field = pendulum();
      const states = uniformStates([2], -1.5, 1.5);
      const samples = states.training(200, new Random(1));
      const pairs = { ...samples, end: await referenceEnds(field, pendulumSpan, samples) };
      const found = await regressedStart(field, { evaluations, span: pendulumSpan }, pairs, {});
      if (found === undefined) throw new Error("nothing was found");
      expect(found.times[0]).toBe(0);
      expect(found.rows.map(({ weights }) => weights.length)).toEqual(found.rows.map((_, i) => i + 1));
      const held = states.heldOut(200, new Random(3));
      const ends = await referenceEnds(field, pendulumSpan, held);
      const error = async (method: Parameters<typeof solveField>[2]["method"]) =>
        stateErrors(await ended(field, held.z0, method, [...pendulumSpan]), ends).mean;
      const own = await error(nonStationary(found, { mesh: pendulumSpan }));
      for (const name of evaluations % 2 === 0 ? ["midpoint", "ab2"] : ["ab2"])
        expect(own).toBeLessThan(0.5 * (await error(startingMethod(name, evaluations))));
    },
  );

  test("too few pairs give none", async () => {
    const field = smallField(2, { seed: 3 });
    const { z0 } = normalStates([2]).training(4, new Random(1));
    const pairs = { z0, controls: {}, end: z0 };
    expect(await regressedStart(field, { evaluations: 4, span: [0, 1] }, pairs, {})).toBeUndefined();
  });

  test("a reference that breaks on the way gives none", async () => {
    // Not a number from 0.5 on.
    const field = defineField(["batch", 2], (s, z) => mul(z, log(sub(0.5, s))));
    const { z0 } = normalStates([2]).training(64, new Random(1));
    const pairs = { z0, controls: {}, end: z0 };
    expect(await regressedStart(field, { evaluations: 4, span: [0, 1] }, pairs, {})).toBeUndefined();
  });

  test("stop when they are told to", async () => {
    const field = smallField(2, { seed: 3 });
    const samples = normalStates([2]).training(64, new Random(1));
    const pairs = { ...samples, end: samples.z0 };
    const context = { signal: AbortSignal.abort() };
    await expect(
      regressedStart(field, { evaluations: 4, span: [0, 1] }, pairs, context),
    ).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
  });
});

describe("a fit that begins with them", () => {
  const spec = {
    evaluations: 6,
    learningRate: 0.002,
    span: pendulumSpan,
    trajectories: 128,
    batch: 64,
    seed: 2,
  };
  const states = uniformStates([2], -1.5, 1.5);

  test("is the default of many evaluations, keeps them without iterations, and is never worse with some", async () => {
    const still = await fitCoefficients(pendulum(), { ...spec, iterations: 0 }, { states });
    const fit = await fitCoefficients(pendulum(), { ...spec, iterations: 40 }, { states });
    expect([still.status, still.iterations, still.spec.start]).toEqual(["complete", 0, "regression"]);
    expect(still.bestError).toBe(still.startError);
    expect(fit.startError).toBe(still.startError);
    expect(fit.bestError).toBeLessThan(still.startError);
    const again = await fitCoefficients(pendulum(), still.spec, { states });
    expect(again.method.coefficients).toEqual(still.method.coefficients);
  });

  test("falls back to a classical method where pairs are too few", async () => {
    const few = { ...spec, start: "regression", trajectories: 3, iterations: 2 };
    const fit = await fitCoefficients(pendulum(), few, { states });
    expect(fit.spec.start).toBe("midpoint");
  });

  test("is refused for coefficients that stay consistent, with what to do", async () => {
    await expect(
      fitCoefficients(pendulum(), { ...spec, start: "regression", consistent: true }, { states }),
    ).rejects.toThrow(/start[\s\S]*consistent[\s\S]*regression/);
  });
});
