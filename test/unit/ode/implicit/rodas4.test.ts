import { describe, expect, test } from "vitest";
import { add, concatColumns, cos, mul, type Node, sin, slice, sub } from "../../../../src/graph/index.js";
import {
  adaptive,
  compileGradient,
  compileSolve,
  defineField,
  fieldAs,
  fixed,
  rodas4,
  solve,
  solveField,
} from "../../../../src/ode/index.js";
import { cast, fromNumbers, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import references from "../../../fixtures/stiff-references.json" with { type: "json" };

const { a, C, b, bError, c, d, gamma } = rodas4;
const indices = c.map((_, i) => i);
type Matrix = number[][];
const of = (make: (i: number, j: number) => number): Matrix =>
  indices.map((i) => indices.map((j) => make(i, j)));
const product = (left: Matrix, right: Matrix): Matrix =>
  of((i, j) => indices.reduce((sum, k) => sum + (left[i]?.[k] ?? 0) * (right[k]?.[j] ?? 0), 0));
const times = (matrix: Matrix, vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, value, j) => sum + value * (vector[j] ?? 0), 0));
const ones = indices.map(() => 1);
const each = (f: (i: number) => number): number[] => indices.map(f);

/** Γ from C = diag(1/γ) − Γ⁻¹, a lower triangular matrix. */
function gammaMatrix(): Matrix {
  const inverse = of((i, j) => (i === j ? 1 / gamma : -(C[i]?.[j] ?? 0)));
  const found = of(() => 0);
  for (const j of indices)
    for (const i of indices.slice(j)) {
      const rest = indices
        .slice(j, i)
        .reduce((sum, k) => sum + (inverse[i]?.[k] ?? 0) * (found[k]?.[j] ?? 0), 0);
      (found[i] as number[])[j] = ((i === j ? 1 : 0) - rest) * gamma;
    }
  return found;
}

const Gamma = gammaMatrix();
const alpha = product(
  of((i, j) => a[i]?.[j] ?? 0),
  Gamma,
);
const beta = of((i, j) => (alpha[i]?.[j] ?? 0) + (Gamma[i]?.[j] ?? 0));
const betas = times(beta, ones);
const weightsOf = (of: readonly number[]): number[] =>
  each((j) => indices.reduce((sum, i) => sum + (of[i] ?? 0) * (Gamma[i]?.[j] ?? 0), 0));
const squares = c.map((value) => value * value);

describe("the coefficients of RODAS", () => {
  test("rows of α sum to c, rows of Γ to d", () => {
    for (const [i, sum] of times(alpha, ones).entries()) expect(sum).toBeCloseTo(c[i] ?? 0, 12);
    for (const [i, sum] of times(Gamma, ones).entries()) expect(sum).toBeCloseTo(d[i] ?? 0, 12);
  });

  const conditions: readonly (readonly [order: number, left: readonly number[], right: number])[] = [
    [1, ones, 1],
    [2, betas, 1 / 2],
    [3, squares, 1 / 3],
    [3, times(beta, betas), 1 / 6],
    [4, c.map((value) => value ** 3), 1 / 4],
    [4, times(alpha, betas).map((value, i) => value * (c[i] ?? 0)), 1 / 8],
    [4, times(beta, squares), 1 / 12],
    [4, times(beta, times(beta, betas)), 1 / 24],
  ];
  const embedded = b.map((weight, i) => weight - (bError[i] ?? 0));
  test.each([
    ["y1", 4, weightsOf(b)],
    ["its embedded solution", 3, weightsOf(embedded)],
  ] as const)("%s meets all conditions of order %i", (_, order, weights) => {
    for (const [of, left, right] of conditions)
      if (of <= order)
        expect(left.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0)).toBeCloseTo(right, 11);
  });
});

const oscillator = (s: number, y: Float64Array): number[] => {
  const [x = 0, v = 0] = y;
  return [v * Math.cos(s), -x * Math.cos(s) + s];
};

test("errors of fixed steps fall with the fourth power, on a field that depends on s", async () => {
  const exact = (await solve(oscillator, [1, 0], { span: [0, 2], method: "dopri8@1e-13" })).states[1] ?? [];
  const errorOf = async (steps: number): Promise<number> => {
    const { states, statistics } = await solve(oscillator, [1, 0], {
      span: [0, 2],
      method: `rodas4:${steps}`,
    });
    // Six evaluations a step, two numbers of the state and s moved.
    expect(statistics).toMatchObject({ nfe: 9 * steps, jacobians: steps, acceptedSteps: steps });
    return Math.abs((states[1]?.[0] ?? 0) - (exact[0] ?? 0));
  };
  expect(Math.log2((await errorOf(32)) / (await errorOf(64)))).toBeGreaterThan(3.9);
});

describe("published references of stiff problems are met", () => {
  const { vanDerPol, robertson } = references;

  test("van der Pol with ε = 1e-6: 1e-5 in fewer than 800 attempts", async () => {
    const field = (_: number, [x = 0, v = 0]: Float64Array): number[] => [v, ((1 - x * x) * v - x) / 1e-6];
    const { states, statistics } = await solve(field, [2, 0], { span: [0, 2], method: "rodas4@1e-5" });
    for (const [i, value] of vanDerPol.end.entries())
      expect(Math.abs((states[1]?.[i] ?? 0) - value)).toBeLessThan(1e-5);
    expect(statistics.acceptedSteps + statistics.rejectedSteps).toBeLessThan(800);
  });

  const robertsonField = (_: number, [x = 0, y = 0, z = 0]: Float64Array): number[] => [
    -0.04 * x + 1e4 * y * z,
    0.04 * x - 1e4 * y * z - 3e7 * y * y,
    3e7 * y * y,
  ];
  const exact = (_: number, [, y = 0, z = 0]: Float64Array): number[][] => [
    [-0.04, 1e4 * z, 1e4 * y],
    [0.04, -1e4 * z - 6e7 * y, -1e4 * y],
    [0, 6e7 * y, 0],
  ];
  test.each([
    ["by differences", {}, 10],
    ["by its Jacobian", { jacobian: exact }, 7],
  ])("Robertson to s = 1e11, %s", async (_, how, evaluations) => {
    const method = adaptive(rodas4, { rtol: 1e-5, atol: 1e-11 });
    const solution = await solve(robertsonField, [1, 0, 0], { span: [0, 1e11], method, ...how });
    const { states, statistics } = solution;
    for (const [i, value] of robertson.end.entries())
      expect(Math.abs((states[1]?.[i] ?? 0) / value - 1)).toBeLessThan(1e-4);
    expect(statistics.acceptedSteps).toBeLessThan(300);
    expect(statistics.nfe / statistics.acceptedSteps).toBeLessThan(evaluations + 0.2);
  });
});

const LAMBDA = -1e6;
/** z' = λ (z − cos(s) x) − x sin(s), whose solution from x is cos(s) x. */
const chasing = defineField(
  ["batch", 2],
  (s, z, { x }) => {
    const target = mul(x as Node, cos(s));
    return sub(mul(sub(z, target), LAMBDA), mul(x as Node, sin(s)));
  },
  { controls: { x: { shape: ["batch", 2] } } },
);

describe("of a field that is a graph", () => {
  const x = fromNumbers([1, 2, -3, 0.5, 0.25, 4], [3, 2]);

  test.each(["float32", "float64"] as const)(
    "Jacobians are products with unit vectors, in %s",
    async (dtype) => {
      const field = fieldAs(chasing, dtype);
      const run = await solveField(field, x, {
        span: [0, 2],
        method: "rodas4@1e-5",
        controls: { x: cast(x, dtype) },
      });
      const end = toFloat64(run.states[1] as Tensor);
      for (const [i, start] of toFloat64(x).entries()) expect(end[i]).toBeCloseTo(start * Math.cos(2), 4);
      const { acceptedSteps, jacobians = 0, nfe, macs } = run.statistics;
      expect(acceptedSteps).toBeLessThan(60);
      expect(nfe).toBeLessThanOrEqual(9 * jacobians + 5 * (run.statistics.rejectedSteps + 1) + 2);
      expect(macs).toBeGreaterThan(0);
      expect(run.states[1]?.dtype).toBe(dtype);
    },
  );

  test("it gives what the same JavaScript field gives, at requested times too", async () => {
    const field = fieldAs(
      defineField(["batch", 2], (s, z) => {
        const [position, velocity] = [slice(z, 1, 0, 1), slice(z, 1, 1, 2)];
        const pull = add(mul(position, mul(cos(s), -1)), s);
        return concatColumns([mul(velocity, cos(s)), pull]);
      }),
      "float64",
    );
    const place = { times: [0, 0.3, 1, 2], method: "rodas4@1e-9" };
    const plain = await solve(oscillator, [1, 0], place);
    const compiled = await solveField(field, fromNumbers([1, 0], [1, 2], "float64"), place);
    for (const [i, state] of compiled.states.entries())
      for (const [j, value] of toFloat64(state).entries())
        expect(value).toBeCloseTo(plain.states[i]?.[j] ?? 0, 7);
    const steps = await solveField(field, fromNumbers([1, 0], [1, 2], "float64"), {
      span: [0, 2],
      method: "rodas4:64",
    });
    for (const [j, value] of toFloat64(steps.states[1] as Tensor).entries())
      expect(value).toBeCloseTo(plain.states[3]?.[j] ?? 0, 7);
  });

  test("what it cannot do it says", async () => {
    const wide = defineField(["batch", 65], (_, z) => mul(z, -1));
    await expect(compileSolve(wide, { span: [0, 1], method: "rodas4@1e-3" })).rejects.toThrow(
      /at most 64 numbers/,
    );
    const span = [0, 1] as const;
    for (const method of ["rodas4@1e-3", "rodas4:4"])
      for (const adjoint of ["discrete", "continuous"] as const)
        await expect(compileGradient(chasing, { span, method, adjoint })).rejects.toThrow(
          /solve linear systems/,
        );
    expect(() => fixed(rodas4, { steps: 4 }).scheme(chasing)).toThrow(/solve linear systems/);
    await expect(solve(() => [0], [1], { span, method: "rodas4:1", jacobian: () => [1, 2] })).rejects.toThrow(
      /1 rows of 1 numbers/,
    );
  });
});
