import { trace } from "../../src/graph/index.js";
import type { FlowFieldOptions } from "../../src/models/flow/flow.js";
import { type Flow, type FlowData, flowField, normalBase } from "../../src/models/index.js";
import { type Field, fieldAs } from "../../src/ode/index.js";
import { evaluateField, stateType } from "../../src/ode/internal.js";
import { compile } from "../../src/runtime/index.js";
import {
  cast,
  draw,
  fromNumbers,
  Random,
  scalar,
  type Tensor,
  tensor,
  toFloat64,
} from "../../src/tensor/index.js";

/** A small network field whose weights are `strength` times PyTorch's first ones. */
export function smallField(
  dimension: number,
  {
    seed = 1,
    strength = 2,
    ...rest
  }: Partial<FlowFieldOptions> & { readonly seed?: number; readonly strength?: number } = {},
): Field {
  const plain = { inputGain: 1, inputBound: null };
  const field = flowField({ dimension, hidden: [8, 8], ...plain, ...rest }, new Random(seed));
  const parameters = Object.fromEntries(
    Object.entries(field.parameters).map(([name, value]) => [name, scaled(value, strength)]),
  );
  return { ...field, parameters };
}

/** The same in float64: exact enough for finite differences. */
export const wideField = (...args: Parameters<typeof smallField>): Field =>
  fieldAs(smallField(...args), "float64");

export function scaled(value: Tensor, factor: number): Tensor {
  return fromNumbers(
    toFloat64(value).map((x) => x * factor),
    value.shape,
    value.dtype,
  );
}

/** No standardization. */
export const identityOf = (dimension: number) => ({
  shift: new Array<number>(dimension).fill(0),
  scale: new Array<number>(dimension).fill(1),
});

/** A flow over the field, from a standard normal over [0, 1], unless said otherwise. */
export function flowOver(field: Field, rest: Partial<Flow> = {}): Flow {
  const dimension = Number(stateType(field).shape[1]);
  return { field, base: normalBase, span: [0, 1], standardization: identityOf(dimension), ...rest };
}

/** Standard normal numbers. */
export const normals = (count: number, dimension: number, seed: number): Tensor => {
  const random = new Random(seed);
  return tensor(
    "float32",
    [count, dimension],
    draw(count * dimension, () => random.normal()),
  );
};

/** Independent normal columns, without standardization, so that a flow has to learn shift and scale. */
export function gaussianData(mean: readonly number[], deviation: number): FlowData {
  const d = mean.length;
  const sample = (count: number, random: Random): Tensor => {
    const values = Float32Array.from(
      { length: count * d },
      (_, i) => (mean[i % d] ?? 0) + deviation * random.normal(),
    );
    return tensor("float32", [count, d], values);
  };
  return {
    description: `normal, mean ${mean.join(", ")}, deviation ${deviation}`,
    dimension: d,
    standardization: identityOf(d),
    radius: Math.hypot(...mean) + 5 * deviation,
    batch: sample,
    validation: sample(500, new Random(901)),
    heldOut: (count) => sample(count, new Random(902)),
  };
}

/** Values of f at states [n, d], at one depth. */
export async function valuesOf(field: Field, s: number, z: Tensor): Promise<Float64Array> {
  const { dtype } = stateType(field);
  const graph = trace({ z: stateType(field), "/s": { shape: [], dtype } }, (inputs) => ({
    dz: evaluateField(field, inputs["/s"] as never, inputs.z as never).dz,
  }));
  const program = await compile(graph);
  const { dz } = await program.run({ z: cast(z, dtype), "/s": scalar(s, dtype) });
  await program.dispose();
  return toFloat64(dz as Tensor);
}

/** One column of a matrix. */
export function columnOf(value: Tensor, column: number): Float64Array {
  const width = value.shape[1] ?? 1;
  return toFloat64(value).filter((_, i) => i % width === column);
}

export const meanOf = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Standard deviation, of the population. */
export function deviationOf(values: Float64Array): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((x) => (x - mean) ** 2)));
}

/** log |det A| of a square matrix by rows, by elimination with pivots. */
export function logDeterminant(matrix: readonly (readonly number[])[]): number {
  const a = matrix.map((row) => [...row]);
  let sum = 0;
  for (let k = 0; k < a.length; k++) {
    const at = (i: number, j: number): number => a[i]?.[j] ?? Number.NaN;
    const pivot = a
      .slice(k)
      .reduce((best, _, i) => (Math.abs(at(k + i, k)) > Math.abs(at(best, k)) ? k + i : best), k);
    [a[k], a[pivot]] = [a[pivot] ?? [], a[k] ?? []];
    sum += Math.log(Math.abs(at(k, k)));
    for (let i = k + 1; i < a.length; i++) {
      const factor = at(i, k) / at(k, k);
      a[i] = (a[i] ?? []).map((value, j) => value - factor * at(k, j));
    }
  }
  return sum;
}

/** Rows z ± h eⱼ of one point: first all pluses, then all minuses, [2d, d]. */
export function nudged(point: readonly number[], h: number): Tensor {
  const d = point.length;
  const rows = [h, -h].flatMap((step) =>
    Array.from({ length: d }, (_, j) => point.map((value, i) => (i === j ? value + step : value))),
  );
  return fromNumbers(rows.flat(), [2 * d, d], "float64");
}

/** The Jacobian by central differences, from values at `nudged` rows: entry [i][j] is ∂yᵢ/∂zⱼ. */
export function jacobianOf(values: Float64Array, d: number, h: number): number[][] {
  return Array.from({ length: d }, (_, i) =>
    Array.from(
      { length: d },
      (_unused, j) => ((values[j * d + i] ?? 0) - (values[(d + j) * d + i] ?? 0)) / (2 * h),
    ),
  );
}
