import { describe, expect, test } from "vitest";
import {
  defineFamily,
  type FitSpec,
  fitCorrection,
  hyper,
  measureMethod,
  uniformStates,
} from "../../../../src/hypersolver/index.js";
import { fixed, heun, type Method, rk4, type Span } from "../../../../src/ode/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { decays } from "../../../helpers/decay-family.js";

const span: Span = [0, 1];
const threads = 1;
const family = decays();

/** z e^(−k), a row each. */
function exactEnds(z0: Tensor, k: Tensor): Tensor {
  const rates = toFloat64(k);
  return fromNumbers(
    toFloat64(z0).map((z, i) => z * Math.exp(-(rates[i] ?? 0))),
    z0.shape,
    "float64",
  );
}

describe("the members of a family", () => {
  test("are solved side by side, each by its own parameters", async () => {
    const samples = family.states.heldOut(50, new Random(1));
    const ends = exactEnds(samples.z0, samples.controls.rate as Tensor);
    const { errors } = await measureMethod(family.field, fixed(rk4, { steps: 50 }), span, samples, ends, {
      threads,
    });
    expect(errors.largest).toBeLessThan(1e-6);
  });

  test("lie within the ranges, all over them, and differ between training, validation and held-out states", () => {
    const parts = (["training", "validation", "heldOut"] as const).map((part) =>
      toFloat64(family.states[part](1000, new Random(0)).controls.rate as Tensor),
    );
    for (const rates of parts) {
      expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.5);
      expect(Math.min(...rates)).toBeLessThan(0.51);
      expect(Math.max(...rates)).toBeGreaterThan(1.99);
      expect(Math.max(...rates)).toBeLessThanOrEqual(2);
    }
    const all = parts.flatMap((rates) => [...rates]);
    expect(new Set(all).size).toBeGreaterThan(2990);
  });

  test("one of them alone has the same parameters in every state", () => {
    const { z0, controls } = family.member({ rate: 1.25 }).training(7, new Random(0));
    expect(z0.shape).toEqual([7, 1]);
    expect([...toFloat64(controls.rate as Tensor)]).toEqual(new Array(7).fill(1.25));
    const drawn = family.draw(new Random(3));
    expect(() => family.member(drawn)).not.toThrow();
  });
});

describe("a correction of a whole family", () => {
  const spec: FitSpec = {
    ...{ base: "heun", steps: 1, span, iterations: 150, trajectories: 256, hidden: [16], batch: 64, seed: 0 },
    epsilon: null,
  };
  const samples = family.states.heldOut(200, new Random(9));
  const ends = exactEnds(samples.z0, samples.controls.rate as Tensor);
  const errorOf = async (method: Method): Promise<number> =>
    (await measureMethod(family.field, method, span, samples, ends, { threads })).errors.mean;

  test.each([
    ["told the parameters", ["z", "stages", "epsilon", "x"]],
    ["told nothing: stages are enough to tell the rate", ["z", "stages", "epsilon"]],
  ] as const)("%s, is right on members that it has not seen", async (_, inputs) => {
    const { correction } = await fitCorrection(
      family.field,
      { ...spec, inputs },
      { states: family.states },
      { threads },
    );
    const base = await errorOf(fixed(heun, { steps: 1 }));
    expect(await errorOf(hyper(correction, { steps: 1 }))).toBeLessThan(0.2 * base);
  });
});

describe("what is outside a family", () => {
  test.each([
    [{ rate: 3 }, "a number from 0.5 to 2", "3"],
    [{ rate: Number.NaN }, "a number from 0.5 to 2", "NaN"],
    [{}, "a number", "none"],
    [{ rate: [1, 2] }, "a number", "2 numbers"],
    [{ rate: 1, mass: 2 }, "parameters rate", "mass"],
  ])("%j is refused with what was expected", (parameters, expected, received) => {
    expect(() => family.member(parameters)).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        facts: expect.objectContaining({ expected, received }),
      }),
    );
  });

  test("rows of controls are checked one by one", () => {
    const rows = (values: number[]): { rate: Tensor } => ({ rate: fromNumbers(values, [values.length, 1]) });
    expect(() => family.requireMembers(rows([0.5, 1, 2]))).not.toThrow();
    expect(() => family.requireMembers(rows([1, 2.01]))).toThrow(/received: 2\.01/);
    expect(() => family.requireMembers({})).toThrow(expect.objectContaining({ code: "MISSING_INPUT" }));
  });

  test("ranges are of the field's controls, and ranges", () => {
    const made = (parameters: Record<string, readonly [number, number]>) => () =>
      defineFamily({ name: "odd", field: family.field, parameters, states: uniformStates([1], 0, 1) });
    expect(made({})).toThrow(/a range for every control of the field: rate/);
    expect(made({ rate: [0, 1], q: [0, 1] })).toThrow(/received: q, rate/);
    expect(made({ rate: [2, 1] })).toThrow(/low ≤ high/);
  });
});
