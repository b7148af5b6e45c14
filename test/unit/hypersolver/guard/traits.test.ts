import { expect, test } from "vitest";
import { type InputSpec, type Node, trace } from "../../../../src/graph/index.js";
import { isRowWise } from "../../../../src/graph/internal.js";
import { traitsOf } from "../../../../src/hypersolver/guard/traits.js";
import { compile } from "../../../../src/runtime/index.js";
import {
  type DType,
  fromNumbers,
  Random,
  sizeOf,
  type Tensor,
  toFloat64,
} from "../../../../src/tensor/index.js";
import { node } from "../../../helpers/corrections.js";

const count = 5;
const names = ["z0", "end", "g", "k1", "k2", "k3"] as const;

/** Norms and columns as their docstring says, by hand: [samples][traits]. */
function byHand(values: Readonly<Record<string, Tensor>>, control: Tensor): number[][] {
  const sample = (name: string, row: number): number[] => {
    const all = toFloat64(values[name] as Tensor);
    const width = all.length / count;
    return [...all.subarray(row * width, (row + 1) * width)];
  };
  const less = (a: readonly number[], b: readonly number[]): number[] => a.map((x, i) => x - (b[i] ?? 0));
  const told = (name: string, row: number): number[] => {
    const [, channels = 1, ...pixels] = (values[name] as Tensor).shape;
    const all = sample(name, row);
    if (pixels.length === 0) return all;
    const size = sizeOf(pixels);
    return Array.from({ length: channels }, (_, c) => {
      return all.slice(c * size, (c + 1) * size).reduce((sum, x) => sum + x, 0) / size;
    });
  };
  return Array.from({ length: count }, (_, row) => {
    const [z0, end, g, k1, k2, k3] = names.map((name) => sample(name, row)) as [number[], ...number[][]];
    const changes = [z0, end, less(end ?? [], z0), g, less(k2 ?? [], k1 ?? []), less(k3 ?? [], k2 ?? [])];
    const sizes = changes.map((change) => Math.log(Math.hypot(...(change ?? [])) + 1e-12));
    const columns = ["z0", "end", "g", "k1", "k2", "k3"].map((name) => told(name, row));
    columns.splice(2, 0, [toFloat64(control)[row] ?? 0]);
    const room: number[] = [];
    for (const own of columns) if (room.length + own.length <= 48) room.push(...own);
    return [...sizes, ...room];
  });
}

test.each<[string, readonly number[], DType, DType]>([
  ["few columns", [3], "float32", "float32"],
  ["few columns, and labels", [3], "float32", "int64"],
  ["few columns in float64", [2], "float64", "float64"],
  ["more columns than products are for", [20], "float32", "float32"],
  ["images", [2, 3, 3], "float32", "float32"],
])("traits are sizes and columns, one row a trait: %s", async (_name, shape, dtype, labels) => {
  const random = new Random(1);
  const draw = (own: readonly number[], type = dtype): Tensor => {
    const number = (): number => (type === "int64" ? random.integer(0, 9) : random.normal());
    return fromNumbers(Float64Array.from({ length: sizeOf(own) }, number), own, type);
  };
  const values = Object.fromEntries(names.map((name) => [name, draw([count, ...shape])]));
  const { data: added } = values.g as Tensor;
  // Nothing was added to the first sample.
  (added as Float32Array).fill(0, 0, sizeOf(shape));
  const control = draw([count], labels);
  const specs = names.map((name): [string, InputSpec] => [name, { shape: ["batch", ...shape], dtype }]);
  const inputs: Record<string, InputSpec> = {
    ...Object.fromEntries(specs),
    x: { shape: ["batch"], dtype: labels },
  };
  const graph = trace(inputs, (nodes) => {
    const [z0, end, correction, ...stages] = names.map((name) => node(nodes[name])) as [Node, Node, Node];
    const records = [{ z1: end, correction, stages }];
    return { traits: traitsOf({ z0, end, controls: { x: node(nodes.x) }, records }) };
  });
  expect(isRowWise(Object.values(graph.outputs))).toBe(true);
  const program = await compile(graph);
  const { traits } = await program.run({ ...values, x: control });
  await program.dispose();
  const expected = byHand(values, control);
  expect(traits?.shape).toEqual([expected[0]?.length, count]);
  const found = toFloat64(traits as Tensor);
  for (const [row, own] of expected.entries())
    for (const [trait, value] of own.entries())
      expect(Math.abs((found[trait * count + row] ?? Number.NaN) - value)).toBeLessThan(1e-5);
});
