import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ab2,
  ab3,
  multistep,
  multistepMethods,
  orThrow,
  pecHeun,
  solve,
  solveField,
  uniformMesh,
} from "../../../../src/ode/index.js";
import { resolveMethod, stepsOf } from "../../../../src/ode/internal.js";
import { linearSteps, weightsAt } from "../../../../src/ode/methods/linear-method.js";
import { adamsWeights } from "../../../../src/ode/methods/multistep/adams-weights.js";
import { fromNumbers, toFloat64 } from "../../../../src/tensor/index.js";
import { control, controlledField, initialState, scalarField } from "../../../helpers/controlled-field.js";
import { endOf } from "../../../helpers/steps.js";
import { maxAbsError } from "../../../problems/index.js";

const all = Object.values(multistepMethods);

describe("weights of Adams–Bashforth", () => {
  test("on equal steps are Bashforth's", () => {
    expect(maxAbsError(adamsWeights([0.1]), [1])).toBe(0);
    expect(maxAbsError(adamsWeights([0.1, 0.1]), [3 / 2, -1 / 2])).toBeLessThan(1e-15);
    expect(maxAbsError(adamsWeights([2, 2, 2]), [23 / 12, -16 / 12, 5 / 12])).toBeLessThan(1e-14);
  });

  test("after a step of another size are 1 + ω/2 and −ω/2, ω the ratio of this one to that", () => {
    const omega = 0.3 / 0.7;
    expect(maxAbsError(adamsWeights([-0.3, -0.7]), [1 + omega / 2, -omega / 2])).toBeLessThan(1e-15);
  });

  const sizes = fc.array(fc.double({ min: 0.1, max: 3, noNaN: true }), { minLength: 1, maxLength: 4 });
  test("integrate polynomials of a degree below their number exactly, on any mesh", () => {
    const law = fc.property(sizes, ([dt = 1, ...before]) => {
      const weights = adamsWeights([dt, ...before]);
      let at = 0;
      const times = [0, ...before.map((size) => (at -= size))];
      for (const degree of times.keys()) {
        const sum = weights.reduce((total, weight, j) => total + dt * weight * (times[j] ?? 0) ** degree, 0);
        const scale = weights.reduce(
          (total, weight, j) => total + Math.abs(weight * (times[j] ?? 0) ** degree),
          1,
        );
        expect(Math.abs(sum - dt ** (degree + 1) / (degree + 1))).toBeLessThan(1e-12 * scale);
      }
    });
    fc.assert(law, { numRuns: 100, seed: 7 });
  });
});

describe("what a multistep solve costs", () => {
  test.each(all)("$name evaluates f once a step, and once more at the start", async (method) => {
    for (const steps of [1, 2, 3, 8, 1000]) {
      let nfe = 0;
      const field = (_: number, [y = 0]: Float64Array) => {
        nfe++;
        return [-y];
      };
      const { statistics } = orThrow(
        await solve(field, [1], { span: [0, 1], method: `${method.name}:${steps}` }),
      );
      expect([nfe, statistics.nfe, statistics.acceptedSteps]).toEqual([steps + 1, steps + 1, steps]);
    }
    expect(method.nfe(0)).toBe(0);
  });

  test.each(all)("$name in a thousand compiled steps is that of plain JavaScript", async (method) => {
    const options = { span: [0, 2] as const, method: multistep(method, { steps: 1000 }) };
    const field = scalarField((_, z) => z);
    const compiled = orThrow(await solveField(field, fromNumbers([1], [1, 1], "float64"), options));
    const plain = orThrow(await solve((_, [y = 0]) => [y], [1], options));
    expect(toFloat64(compiled.states[1] ?? initialState())[0]).toBeCloseTo(
      plain.states[1]?.[0] ?? Number.NaN,
      11,
    );
    expect(compiled.statistics.nfe).toBe(1001);
  });
});

describe("a multistep solve", () => {
  test("goes through requested times without starting anew", async () => {
    const times = [0, 0.5, 2];
    const field = (s: number, [y = 0]: Float64Array) => [Math.cos(s) * y];
    const mesh = [0, 0.25, 0.5, 1.25, 2];
    const there = orThrow(await solve(field, [1], { times, method: "ab3:2" }));
    const direct = orThrow(await solve(field, [1], { method: multistep(ab3, { mesh }) }));
    expect(there.states[2]).toEqual(direct.states[4]);
    expect(there.statistics.nfe).toBe(5);
  });

  test.each(all)("of $name is seen step by step, and each step is the solve's", async (method) => {
    const seen: number[] = [];
    const place = {
      span: [0.1, 1.1] as const,
      method: multistep(method, { steps: 4 }),
      controls: { x: control() },
    };
    const onStep = ({ dt }: { readonly dt: number }) => void seen.push(dt);
    const stepped = orThrow(await solveField(controlledField(), initialState(), { ...place, onStep }));
    const whole = orThrow(await solveField(controlledField(), initialState(), place));
    expect(seen).toHaveLength(4);
    expect(
      maxAbsError(
        toFloat64(stepped.states[1] ?? initialState()),
        toFloat64(whole.states[1] ?? initialState()),
      ),
    ).toBeLessThan(1e-14);
  });

  test("that breaks tells where", async () => {
    const field = scalarField((_, z) => z);
    const broken = await solveField(field, fromNumbers([1e308], [1, 1], "float64"), {
      span: [0, 40],
      method: "ab2:4",
    });
    expect(broken.status).toBe("non-finite");
    expect(broken.message).toMatch(/After the step from s = /);
  });

  test("over steps that a program computes is refused: its weights are numbers", () => {
    const steps = [
      { s: "s0", dt: "h0" },
      { s: "s1", dt: "h1" },
    ];
    expect(() => weightsAt(ab2, steps, 1)).toThrow(/sizes as numbers/);
    expect(weightsAt(pecHeun, stepsOf([0, 1, 3]), 1)).toEqual([]);
  });

  test("of AB2 is the formula, worked by hand", () => {
    const f = (s: number, [y = 0]: Float64Array) => Float64Array.of(s * y + 1);
    const [y0, h] = [0.3, 0.5];
    const f0 = 0 * y0 + 1;
    const y1 = y0 + h * (0.25 * (y0 + 0.25 * f0) + 1);
    const f1 = 0.5 * y1 + 1;
    const y2 = y1 + (h * (3 * f1 - f0)) / 2;
    expect(endOf(ab2, f, stepsOf(uniformMesh([0, 1], 2)), Float64Array.of(y0))[0]).toBeCloseTo(y2, 14);
  });

  test("of PEC Heun takes the evaluation of its prediction over, and hands nothing else on", () => {
    const names: string[] = [];
    const formulas = {
      time: (s: string, c: unknown, dt: string) => (c === 0 ? s : `${s}+${dt}`),
      combine: (y: string, dt: string, c: readonly unknown[], k: readonly string[]) =>
        `[${y}+${dt}(${k.map((stage, i) => `${String(c[i])}${stage}`).join("+")})]`,
      increment: () => "",
      scale: (y: string) => y,
      move: () => "",
      negative: (dt: string) => `-${dt}`,
    };
    const f = (s: string, y: string) => `f${names.push(`${s}: ${y}`)}`;
    const steps = [
      { s: "a", dt: "h" },
      { s: "b", dt: "h" },
    ];
    const taken = [...linearSteps({ ...pecHeun, memory: 0 }, f, formulas, steps, "y")];
    expect(names).toEqual(["a: y", "a+h: [y+h(1f1)]", "b+h: [[y+h(0.5f1+0.5f2)]+h(1f2)]"]);
    expect(taken[1]?.y1).toBe("[[y+h(0.5f1+0.5f2)]+h(0.5f2+0.5f3)]");
    expect(taken.map(({ stages }) => stages)).toEqual([["f1", "f2"], ["f3"]]);
  });
});

describe("spelling", () => {
  test.each(all)("$name comes back from its text and its JSON", ({ name }) => {
    const method = resolveMethod(`${name}:8`);
    expect(method).toMatchObject({ name, kind: "fixed", text: `${name}:8`, grid: { steps: 8 } });
    expect(method.spec).toEqual({ kind: "multistep", method: name, grid: { steps: 8 } });
  });

  test.each(["ab2", "ab3@1e-5"])("%s needs steps", (text) => {
    expect(() => resolveMethod(text)).toThrow(/steps after the name, such as ab[23]:8/);
  });

  test("orders are what the conformance tests measure", () => {
    expect([ab2.order, pecHeun.order, ab3.order]).toEqual([2, 2, 3]);
  });
});
