import { concat } from "../../src/graph/index.js";
import {
  adaptive,
  defineField,
  dopri8,
  type Field,
  fieldAs,
  orThrow,
  type PlainField,
  solve,
} from "../../src/ode/index.js";
import { perSample } from "../../src/ode/internal.js";
import { type FloatDType, fromNumbers, Random, type Tensor } from "../../src/tensor/index.js";
import { oracleMlp } from "./mlp-field.js";

/** Rows of the batch, numbers a row, width of the hidden layers. */
const [BATCH, DIMENSION, WIDTH] = [5, 3, 16];

/**
 * A field of the form of the oracles', f(s, z) = W3 tanh(W2 tanh(W1 [z, s] + b1) + b2) + b3, with initial states, both
 * normal draws.
 */
export interface RandomField {
  readonly plain: PlainField;
  readonly z0: Float64Array;
  /** For compiled solves. */
  readonly field: (dtype: FloatDType) => Field;
  /** [5, 3] */
  readonly start: Tensor;
}

export function randomField(seed: number): RandomField {
  const random = new Random(seed);
  const normals = (count: number, deviation: number): Float64Array =>
    Float64Array.from({ length: count }, () => deviation * random.normal());
  const layers = [
    [DIMENSION + 1, WIDTH],
    [WIDTH, WIDTH],
    [WIDTH, DIMENSION],
  ].map(([inputs = 0, outputs = 0]) => ({
    inputs,
    outputs,
    weight: normals(inputs * outputs, 1.5 / Math.sqrt(inputs)),
    bias: normals(outputs, 0.3),
  }));
  const network = (row: readonly number[]): number[] =>
    layers.reduce<number[]>(
      (x, { inputs, outputs, weight, bias }, layer) => {
        const y = Array.from({ length: outputs }, (_, i) =>
          x.reduce((sum, value, j) => sum + (weight[i * inputs + j] ?? 0) * value, bias[i] ?? 0),
        );
        return layer === layers.length - 1 ? y : y.map(Math.tanh);
      },
      [...row],
    );
  const parameters: Record<string, Tensor> = {};
  for (const [i, { inputs, outputs, weight, bias }] of layers.entries()) {
    parameters[`${2 * i}.weight`] = fromNumbers(weight, [outputs, inputs], "float64");
    parameters[`${2 * i}.bias`] = fromNumbers(bias, [outputs], "float64");
  }
  const z0 = normals(BATCH * DIMENSION, 1);
  return {
    plain: (s, z) =>
      Array.from({ length: BATCH }, (_, row) =>
        network([...z.subarray(DIMENSION * row, DIMENSION * (row + 1)), s]),
      ).flat(),
    z0,
    field: (dtype) => compiledField(parameters, dtype),
    start: fromNumbers(z0, [BATCH, DIMENSION], "float64"),
  };
}

function compiledField(parameters: Readonly<Record<string, Tensor>>, dtype: FloatDType): Field {
  const single = Object.fromEntries(
    Object.entries(parameters).map(([name, { data, shape }]) => [
      name,
      fromNumbers(data as Float64Array, shape, "float32"),
    ]),
  );
  const field = defineField(
    ["batch", DIMENSION],
    (s, z, rest) => oracleMlp(concat([z, perSample(s, z)], 1), rest),
    { parameters: single },
  );
  // The weights are float64: not rounded through float32.
  return dtype === "float32" ? field : { ...fieldAs(field, dtype), parameters };
}

/** The state at the end, by dopri8 at 1e-13 in float64: errors of 1e-12. */
export async function exactEnd(
  { plain, z0 }: RandomField,
  span: readonly [number, number],
): Promise<Float64Array> {
  const solution = await solve(plain, z0, { span, method: adaptive(dopri8, { rtol: 1e-13, atol: 1e-13 }) });
  return orThrow(solution).states[1] ?? new Float64Array();
}

/**
 * How fast nearby solutions part at most: the largest logarithmic norm of ∂f/∂z (largest eigenvalue of its symmetric
 * part) over the rows at 31 times along the solution. Errors at s are at most e^(M (t − s)) times as large at t.
 * Reference: E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., section I.10.
 */
export async function logarithmicNorm(
  { plain, z0 }: Pick<RandomField, "plain" | "z0">,
  span: readonly [number, number],
): Promise<number> {
  const [t0, t1] = span;
  const times = Array.from({ length: 31 }, (_, i) => t0 + ((t1 - t0) * i) / 30);
  const { states } = orThrow(await solve(plain, z0, { times, method: "dopri5@1e-6" }));
  const norms = states.flatMap((z, i) =>
    Array.from({ length: BATCH }, (_, row) => largestEigenvalue(symmetricPart(plain, times[i] ?? 0, z, row))),
  );
  return Math.max(...norms);
}

/** (J + Jᵀ)/2 of a row, by central differences. */
function symmetricPart(plain: PlainField, s: number, z: Float64Array, row: number): number[][] {
  const step = 1e-5;
  const at = (j: number, by: number): ArrayLike<number> =>
    plain(
      s,
      z.map((value, i) => (i === DIMENSION * row + j ? value + by : value)),
    );
  const columns = Array.from({ length: DIMENSION }, (_, j) => {
    const [up, down] = [at(j, step), at(j, -step)];
    return Array.from({ length: DIMENSION }, (__, i) => {
      const place = DIMENSION * row + i;
      return ((up[place] ?? 0) - (down[place] ?? 0)) / (2 * step);
    });
  });
  return columns.map((column, j) => column.map((value, i) => (value + (columns[i]?.[j] ?? 0)) / 2));
}

/** By power iteration on the matrix shifted until all its eigenvalues are positive. */
function largestEigenvalue(matrix: readonly (readonly number[])[]): number {
  const shift = Math.hypot(...matrix.flat());
  let vector = matrix.map((_, i) => 1 + i / 7);
  let value = 0;
  for (let k = 0; k < 200; k++) {
    const next = matrix.map((row, i) =>
      row.reduce((sum, a, j) => sum + a * (vector[j] ?? 0), shift * (vector[i] ?? 0)),
    );
    value = Math.hypot(...next);
    vector = next.map((x) => x / value);
  }
  return value - shift;
}
