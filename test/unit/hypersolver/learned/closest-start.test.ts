import { expect, test } from "vitest";
import { fitCoefficients, normalStates, stateErrors } from "../../../../src/hypersolver/index.js";
import { startingMethod } from "../../../../src/hypersolver/internal.js";
import { closestStart } from "../../../../src/hypersolver/learned/closest-start.js";
import { orThrow, type Span, solveField } from "../../../../src/ode/index.js";
import { Random, type Tensor } from "../../../../src/tensor/index.js";
import { smallField } from "../../../helpers/flows.js";

const field = smallField(2, { seed: 3 });
const span: Span = [0, 1];
const states = normalStates([2]);

const ended = async (z0: Tensor, method: Parameters<typeof solveField>[2]["method"]): Promise<Tensor> =>
  orThrow(await solveField(field, z0, { span, method })).states.at(-1) as Tensor;

test.each([2, 4, 5, 8])("of the methods with %i evaluations the closest is found", async (evaluations) => {
  const { z0 } = states.heldOut(100, new Random(1));
  const end = await ended(z0, "dopri5@1e-8");
  const names = evaluations % 2 === 0 ? ["midpoint", "heun", "ab2", "pec-heun", "euler"] : ["ab2", "euler"];
  if (evaluations > 3) names.push("ab3");
  if (evaluations % 4 === 0) names.push("rk4");
  const errors = await Promise.all(
    names.map(async (name) => stateErrors(await ended(z0, startingMethod(name, evaluations)), end).mean),
  );
  const found = await closestStart(field, { evaluations, span }, { z0, controls: {}, end }, {});
  const own = stateErrors(await ended(z0, startingMethod(found, evaluations)), end).mean;
  expect(own).toBeCloseTo(Math.min(...errors, own), 12);
  expect(names.includes(found) || found === "pec-heun").toBe(true);
});

test("a fit that begins with the closest says which it was, and is the fit that is told to begin with it", async () => {
  const spec = { evaluations: 4, span, iterations: 3, trajectories: 64, batch: 16, seed: 2 };
  const fit = await fitCoefficients(field, { ...spec, start: "closest" }, { states });
  expect(fit.spec.start).not.toBe("closest");
  const again = await fitCoefficients(field, { ...spec, start: fit.spec.start }, { states });
  expect(again.method.coefficients).toEqual(fit.method.coefficients);
  expect(again.startError).toBe(fit.startError);
});

test("a start that nobody knows is told what there is", () => {
  expect(() => startingMethod("closets", 4)).toThrow(/start[\s\S]*closest, ab2, pec-heun, ab3[\s\S]*closets/);
});
