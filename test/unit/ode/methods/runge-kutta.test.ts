import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { heun, rk4, tableaus, uniformMesh } from "../../../../src/ode/index.js";
import { rungeKuttaStep, stepsOf } from "../../../../src/ode/internal.js";
import { type Algebra, plainAlgebra } from "../../../../src/ode/methods/algebra.js";
import { linearTableau } from "../../../../src/ode/methods/linear-method.js";
import { endOf } from "../../../helpers/steps.js";
import { maxAbsError } from "../../../problems/index.js";

/** States as formulas: what a graph would do, in strings. */
const formulas: Algebra<string, string> = {
  time: (s, c, dt) => (c === 0 ? s : `${s}+${c}*${dt}`),
  combine: (y, dt, coefficients, k) => `(${y}${terms(dt, coefficients, k)})`,
  increment: (dt, coefficients, k) => `(0${terms(dt, coefficients, k)})`,
  scale: (y, factor) => `${factor}*${y}`,
  move: (y, factor, from, to) => `${y}+${factor}*(${to}-${from})`,
  negative: (dt) => `-${dt}`,
};

function terms(dt: string, coefficients: readonly (number | string)[], k: readonly string[]): string {
  return k.map((stage, i) => (coefficients[i] ? `+${dt}*${coefficients[i]}*${stage}` : "")).join("");
}

describe("rungeKuttaStep", () => {
  test("emits formulas as well as numbers: heun in symbols", () => {
    const { y1, stages } = rungeKuttaStep(heun, (s, y) => `f(${s},${y})`, formulas, {
      s: "s",
      dt: "h",
      y: "y",
    });
    expect(stages).toEqual(["f(s,y)", "f(s+1*h,(y+h*1*f(s,y)))"]);
    expect(y1).toBe(`(y+h*0.5*${stages[0]}+h*0.5*${stages[1]})`);
  });

  test("evaluates stages at s + c_i dt, in order", () => {
    const seen: number[] = [];
    const field = (s: number, y: Float64Array) => {
      seen.push(s);
      return y;
    };
    rungeKuttaStep(rk4, field, plainAlgebra, { s: 2, dt: 0.5, y: Float64Array.of(1) });
    expect(seen).toEqual([2, 2.25, 2.25, 2.5]);
  });

  test("does not evaluate a first stage that is given", () => {
    let nfe = 0;
    const field = (_: number, y: Float64Array) => {
      nfe++;
      return y;
    };
    const y = Float64Array.of(1, 2);
    const fresh = rungeKuttaStep(rk4, field, plainAlgebra, { s: 0, dt: 0.1, y });
    const reused = rungeKuttaStep(rk4, field, plainAlgebra, { s: 0, dt: 0.1, y, k0: y });
    expect(nfe).toBe(4 + 3);
    expect(reused).toEqual(fresh);
  });
});

describe("laws of every tableau", () => {
  const all = Object.values(tableaus);
  const number = fc.double({ min: -2, max: 2, noNaN: true });

  test.each(all)("$name commutes with affine maps of the state", (tableau) => {
    const law = fc.property(number, number, number, (y0, scale, shift) => {
      const a = 0.5 + Math.abs(scale);
      const field = (s: number, [y = 0]: Float64Array) => Float64Array.of(Math.sin(y) + s);
      const mapped = (s: number, [z = 0]: Float64Array) =>
        Float64Array.of(a * (Math.sin((z - shift) / a) + s));
      const y = rungeKuttaStep(tableau, field, plainAlgebra, { s: 0, dt: 0.3, y: Float64Array.of(y0) }).y1;
      const z = rungeKuttaStep(tableau, mapped, plainAlgebra, {
        s: 0,
        dt: 0.3,
        y: Float64Array.of(a * y0 + shift),
      }).y1;
      expect(z[0]).toBeCloseTo(a * (y[0] ?? Number.NaN) + shift, 11);
    });
    fc.assert(law, { numRuns: 30, seed: 7 });
  });

  test.each(all)("$name integrates polynomials in s up to its order exactly", ({ order, ...tableau }) => {
    const degree = Math.min(order, 8);
    const field = (s: number) => Float64Array.of(degree * s ** (degree - 1));
    const { y1 } = rungeKuttaStep({ order, ...tableau }, field, plainAlgebra, {
      s: 0,
      dt: 1.5,
      y: Float64Array.of(0),
    });
    expect(y1[0]).toBeCloseTo(1.5 ** degree, 11);
  });

  test.each(all)("$name: forward then backward returns, up to its error", (tableau) => {
    const law = fc.property(number, number, (a, b) => {
      const field = (s: number, [x = 0, y = 0]: Float64Array) =>
        Float64Array.of(Math.cos(s) * y, -Math.sin(x));
      const y0 = Float64Array.of(a, b);
      const method = linearTableau(tableau);
      const end = endOf(method, field, stepsOf(uniformMesh([0, 1], 64)), y0);
      const back = endOf(method, field, stepsOf(uniformMesh([1, 0], 64)), end);
      expect(maxAbsError(back, y0)).toBeLessThan(10 * (1 / 64) ** tableau.order + 1e-12);
    });
    fc.assert(law, { numRuns: 20, seed: 7 });
  });

  test.each(all)("$name takes exactly the evaluations it promises, none discarded", (tableau) => {
    let nfe = 0;
    const field = (_: number, y: Float64Array) => {
      nfe++;
      return y;
    };
    const method = linearTableau(tableau);
    endOf(method, field, stepsOf(uniformMesh([0, 1], 5)), Float64Array.of(1));
    expect(nfe).toBe(method.nfe(5));
    expect(nfe).toBe(5 * (tableau.stages - (tableau.fsal ? 1 : 0)));
  });
});
