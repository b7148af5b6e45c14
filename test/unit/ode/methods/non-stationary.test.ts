import { describe, expect, test } from "vitest";
import { printGraph } from "../../../../src/graph/index.js";
import { unrolledSolve } from "../../../../src/ode/compiled/compiled-steps.js";
import {
  defineField,
  type FixedMethod,
  fixed,
  multistep,
  multistepMethods,
  type NonStationaryCoefficients,
  nonStationary,
  orThrow,
  solve,
  solveField,
  tableaus,
  uniformMesh,
} from "../../../../src/ode/index.js";
import { coefficientsOf, requireLinear, stepsOf } from "../../../../src/ode/internal.js";
import { isConsistent } from "../../../../src/ode/methods/non-stationary/coefficients.js";
import { isHypersolversError, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import {
  control,
  controlledField,
  controlledPlain,
  initialState,
} from "../../../helpers/controlled-field.js";
import { maxAbsError, observedOrder, problems } from "../../../problems/index.js";

const methods: readonly FixedMethod[] = [
  ...Object.values(tableaus).map((tableau) => fixed(tableau, { steps: 3 })),
  ...Object.values(multistepMethods).map((method) => multistep(method, { steps: 5 })),
];

const flattened = (method: FixedMethod): NonStationaryCoefficients => {
  const { grid } = method;
  const mesh = uniformMesh([0, 1], "steps" in grid ? grid.steps : 0);
  return coefficientsOf(requireLinear(method, "a test"), stepsOf(mesh));
};
const y0 = toFloat64(initialState());
const last = (states: readonly Float64Array[]): Float64Array => states.at(-1) ?? new Float64Array();

/** PEC Heun goes on from states that it never evaluates f at: their sums are taken apart, which rounds once more. */
const ROUNDING = 1e-15;

describe("coefficients of a method solve as it does", () => {
  test.each(methods)("$text over [0, 1]: the same numbers, in float64", async (method) => {
    const own = orThrow(await solve(controlledPlain, y0, { span: [0, 1], method }));
    const flat = nonStationary(flattened(method), { mesh: [0, 1] });
    const theirs = orThrow(await solve(controlledPlain, y0, { method: flat }));
    expect(theirs.statistics.nfe).toBe(own.statistics.nfe);
    if (method.name === "pec-heun")
      expect(maxAbsError(last(theirs.states), last(own.states))).toBeLessThan(ROUNDING);
    else expect(last(theirs.states)).toEqual(last(own.states));
  });

  test.each(methods)(
    "$text over another span, backwards: up to the rounding of its coefficients",
    async (method) => {
      const span = [1.3, -0.4] as const;
      const own = orThrow(await solve(controlledPlain, y0, { span, method }));
      const flat = nonStationary(flattened(method), { mesh: span });
      expect(
        relativeDifference(
          last(orThrow(await solve(controlledPlain, y0, { method: flat })).states),
          last(own.states),
        ),
      ).toBeLessThan(1e-14);
    },
  );

  const taken = methods.filter(({ name }) => name !== "pec-heun");
  test.each(taken)("$text is the same program, in float32", async (method) => {
    const field = controlledField("float32");
    const flat = nonStationary(flattened(method), { mesh: [0, 1] });
    const end = (steps: number) => new Map([[steps, "end"]]);
    const { grid } = method;
    const mesh = uniformMesh([0, 1], "steps" in grid ? grid.steps : 0);
    const own = unrolledSolve(field, method.scheme(field), mesh, end(mesh.length - 1));
    const theirs = unrolledSolve(field, flat.scheme(field), [0, 1], end(1));
    expect(printGraph(theirs)).toBe(printGraph(own));
    const shared = { controls: { x: control("float32") } };
    const z0 = initialState("float32");
    const a = orThrow(await solveField(field, z0, { ...shared, span: [0, 1], method }));
    const b = orThrow(await solveField(field, z0, { ...shared, method: flat }));
    expect((b.states.at(-1) as Tensor).data).toEqual((a.states.at(-1) as Tensor).data);
  });

  test.each(methods)("$text is consistent, and has as many numbers as the family", (method) => {
    const coefficients = flattened(method);
    const n = method.scheme(controlledField()).cost("steps" in method.grid ? method.grid.steps : 0).nfe;
    expect(isConsistent(coefficients)).toBe(true);
    expect(coefficients.rows.flatMap(({ weights }) => weights)).toHaveLength((n * (n + 1)) / 2);
  });
});

describe("non-stationary coefficients", () => {
  const midpoint = flattened(fixed(tableaus.midpoint ?? missing(), { steps: 2 }));

  test("are those of the formula, worked by hand", async () => {
    const coefficients: NonStationaryCoefficients = {
      times: [0, 0.4],
      rows: [
        { from: 0, scale: 0.9, weights: [0.3] },
        { from: 1, scale: 1.1, weights: [0.2, 0.6] },
      ],
    };
    const f = (s: number, [y = 0]: Float64Array) => [y * y + s];
    const { states } = orThrow(
      await solve(f, [0.5], { method: nonStationary(coefficients, { mesh: [1, 3] }) }),
    );
    const f0 = 0.25 + 1;
    const x1 = 0.9 * 0.5 + 2 * 0.3 * f0;
    const f1 = x1 * x1 + (1 + 0.4 * 2);
    expect(states[1]?.[0]).toBeCloseTo(1.1 * x1 + 2 * (0.2 * f0 + 0.6 * f1), 14);
  });

  test("belong to their span, and say so elsewhere", async () => {
    const method = nonStationary(midpoint, { mesh: [0, 1] });
    await expect(solve((_, y) => y, [1], { method, span: [0, 2] })).rejects.toThrow(/no point at|0 to 1/);
    await expect(solve((_, y) => y, [1], { method, times: [0, 0.5, 1] })).rejects.toThrow(/no point at 0.5/);
  });

  test("repeated in steps converge with the order of the method that they are", () => {
    const [problem] = problems;
    if (problem === undefined) throw missing();
    return Promise.all(
      [16, 32, 64].map(async (steps) => {
        const method = nonStationary(midpoint, { steps });
        const { states } = orThrow(
          await solve(problem.field, problem.exact(problem.span[0]), { span: problem.span, method }),
        );
        return maxAbsError(last(states), problem.exact(problem.span[1]));
      }),
    ).then((errors) => {
      expect(observedOrder([1 / 16, 1 / 32, 1 / 64], errors)).toBeGreaterThan(1.9);
      expect(observedOrder([1 / 16, 1 / 32, 1 / 64], errors)).toBeLessThan(2.1);
    });
  });

  test("know whether they are consistent", () => {
    const [first, ...others] = midpoint.rows;
    if (first === undefined) throw missing();
    expect(isConsistent({ ...midpoint, rows: [{ ...first, scale: 1.01 }, ...others] })).toBe(false);
    expect(isConsistent({ ...midpoint, rows: [{ ...first, weights: [0.2] }, ...others] })).toBe(false);
    expect(nonStationary(midpoint, { steps: 1 }).order).toBe(1);
  });

  const row = { from: 0, scale: 1, weights: [1] };
  test.each<[string, NonStationaryCoefficients, RegExp]>([
    ["none", { times: [], rows: [] }, /at least one evaluation/],
    ["too few rows", { times: [0, 0.5], rows: [row] }, /2, one an evaluation/],
    ["a time beyond the span", { times: [1.5], rows: [row] }, /times, number 0[\s\S]*from 0 to 1[\s\S]*1.5/],
    ["a time that is none", { times: [Number.NaN], rows: [row] }, /from 0 to 1/],
    ["a state of later", { times: [0], rows: [{ ...row, from: 1 }] }, /index of an earlier state, 0 to 0/],
    ["too many weights", { times: [0], rows: [{ ...row, weights: [1, 2] }] }, /1 numbers[\s\S]*2 numbers/],
    ["a weight that is none", { times: [0], rows: [{ ...row, weights: [Number.NaN] }] }, /finite numbers/],
    [
      "a scale that is none",
      { times: [0], rows: [{ ...row, scale: Number.POSITIVE_INFINITY }] },
      /finite number/,
    ],
  ])("%s are refused", (_, coefficients, message) => {
    try {
      nonStationary(coefficients, { steps: 1 });
      expect.unreachable();
    } catch (error) {
      expect(isHypersolversError(error, "INVALID_ARGUMENT")).toBe(true);
      expect(String(error)).toMatch(message);
    }
  });

  test("ignore the depth of a field that has none", async () => {
    const field = defineField(["batch", 2], (_, z) => z);
    const z0 = initialState("float32");
    const { states } = orThrow(
      await solveField(field, z0, { method: nonStationary(midpoint, { mesh: [0, 1] }) }),
    );
    expect(
      relativeDifference(
        toFloat64(states[1] ?? z0),
        toFloat64(z0).map((x) => x * 1.625 ** 2),
      ),
    ).toBeLessThan(1e-6);
  });
});

function missing(): never {
  throw new Error("There is nothing to test with.");
}
