import { describe, expect, test } from "vitest";
import { fitCoefficients, uniformStates } from "../../../../src/hypersolver/index.js";
import {
  type CoefficientFamily,
  coefficientsAt,
  startingDeviations,
} from "../../../../src/hypersolver/learned/coefficient-parameters.js";
import { type ScaledTime, scaleTimeCoefficients } from "../../../../src/hypersolver/learned/scale-time.js";
import {
  startingCoefficients,
  startingMethod,
} from "../../../../src/hypersolver/learned/starting-coefficients.js";
import { nonStationary, orThrow, solve } from "../../../../src/ode/index.js";
import { scalar } from "../../../../src/tensor/index.js";
import { pendulum, pendulumSpan } from "../../../helpers/fitting.js";

/** x' = sin(3t) − x², in the plane with another start each. */
const f = (t: number, x: Float64Array): Float64Array => x.map((value) => Math.sin(3 * t) - value * value);
const x0 = Float64Array.of(0.3, -0.4);
/** t(r) = r + 0.2 r (1 − r), s(r) = e^{0.5 r − 0.3 r²}. */
const at = (r: number): Readonly<Record<keyof ScaledTime, number>> => ({
  time: r + 0.2 * r * (1 - r),
  rate: 1 + 0.2 * (1 - 2 * r),
  scale: Math.exp(0.5 * r - 0.3 * r * r),
  growth: 0.5 - 0.6 * r,
});

describe("coefficients in other time and scale", () => {
  test.each([
    ["euler", 3],
    ["midpoint", 6],
    ["heun", 4],
    ["rk4", 8],
    ["ab2", 5],
    ["ab3", 6],
    ["pec-heun", 5],
  ])("are those of %s on the transformed field", async (name, evaluations) => {
    const transformed = (r: number, y: Float64Array): Float64Array => {
      const { time, rate, scale, growth } = at(r);
      const values = f(
        time,
        y.map((value) => value / scale),
      );
      return y.map((value, i) => growth * value + rate * scale * (values[i] ?? 0));
    };
    const method = startingMethod(name, evaluations);
    const end = orThrow(await solve(transformed, x0, { method, span: [0, 1] })).states.at(-1) ?? x0;
    const start = startingCoefficients(name, evaluations);
    const coefficients = scaleTimeCoefficients(start, [...start.times, 1].map(at));
    const own = nonStationary(coefficients as typeof start, { mesh: [0, 1] });
    const found = orThrow(await solve(f, x0, { method: own })).states.at(-1) ?? x0;
    const expected = end.map((value) => value / at(1).scale);
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 13);
  });

  const freedom = (family: CoefficientFamily) => ({ consistent: false, freeTimes: true, family });
  test("have four numbers an evaluation but one, or eleven", () => {
    for (const evaluations of [2, 4, 8]) {
      const start = startingCoefficients("midpoint", evaluations);
      const count = (family: CoefficientFamily) =>
        Object.keys(startingDeviations(start, freedom(family))).length;
      expect([count("scale-time"), count("bezier")]).toEqual([4 * evaluations - 1, 11]);
    }
  });

  test.each(["scale-time", "bezier"] as const)("are the start's where %s changes nothing", async (family) => {
    for (const [name, evaluations] of [
      ["midpoint", 6],
      ["heun3", 6],
      ["rk4", 8],
    ] as const) {
      const start = startingCoefficients(name, evaluations);
      expect(coefficientsAt(start, freedom(family), {})).toEqual(start);
    }
    // What remembers evaluations goes on from the first state instead: the same solver, to rounding.
    const start = startingCoefficients("ab3", 6);
    const own = nonStationary(coefficientsAt(start, freedom(family), {}), { mesh: [0, 1] });
    const endBy = async (method: typeof own): Promise<number | undefined> =>
      orThrow(await solve(f, x0, { method })).states.at(-1)?.[0];
    const [found, expected] = [await endBy(own), await endBy(nonStationary(start, { mesh: [0, 1] }))];
    expect(found).toBeCloseTo(expected ?? Number.NaN, 14);
  });

  test("along curves begin at s = 1 and stay in the span", () => {
    const start = startingCoefficients("midpoint", 4);
    const far = Object.fromEntries(
      Object.keys(startingDeviations(start, freedom("bezier"))).map((name, i) => [
        name,
        scalar(3 * Math.sin(i), "float64"),
      ]),
    );
    const { times, rows } = coefficientsAt(start, freedom("bezier"), far);
    expect(times.every((time) => time >= 0 && time <= 1)).toBe(true);
    expect(times[0]).toBe(0);
    expect(rows.flatMap(({ weights, scale }) => [scale, ...weights]).every(Number.isFinite)).toBe(true);
  });

  test.each(["scale-time", "bezier"] as const)("learn to be closer: %s", async (family) => {
    const spec = {
      ...{ evaluations: 4, span: pendulumSpan, seed: 1, family },
      ...{ iterations: 80, trajectories: 256, batch: 64 },
    };
    const fit = await fitCoefficients(pendulum(), spec, { states: uniformStates([2], -1.5, 1.5) });
    expect(fit.bestError).toBeLessThan(fit.startError / 2);
    expect(fit.parameters).toBe(family === "bezier" ? 11 : 15);
  });

  test("are not asked to be consistent as well", async () => {
    const spec = { evaluations: 4, span: pendulumSpan, family: "bezier", consistent: true } as const;
    const fit = fitCoefficients(pendulum(), spec, { states: uniformStates([2], -1.5, 1.5) });
    await expect(fit).rejects.toThrow(/consistent[\s\S]*bezier/);
  });
});
