import { expect, test } from "vitest";
import { orthogonalColumns } from "../../../../src/hypersolver/learned/orthogonal-columns.js";
import { Random } from "../../../../src/tensor/index.js";

const random = new Random(4);
const drawn = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.normal());
const sum = (columns: readonly Float64Array[], weights: ArrayLike<number>): Float64Array =>
  (columns[0] ?? new Float64Array()).map((_, i) =>
    columns.reduce((total, column, j) => total + (weights[j] ?? 0) * (column[i] ?? 0), 0),
  );
const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((total, value, i) => total + value * (b[i] ?? 0), 0);

test("what is a sum of the columns gets the weights of that sum, after every column", () => {
  const basis = orthogonalColumns();
  const columns: Float64Array[] = [];
  for (const weights of [[2], [-1, 0.5], [3, 4, -5]]) {
    columns.push(drawn(40));
    basis.add(columns.at(-1) as Float64Array);
    const found = basis.weights(sum(columns, weights));
    for (const [i, weight] of weights.entries()) expect(found[i]).toBeCloseTo(weight, 12);
  }
});

test("what is left of any target is orthogonal to all columns, also where they are nearly the same", () => {
  const basis = orthogonalColumns();
  const first = drawn(60);
  const columns = [first, drawn(60), sum([first, drawn(60)], [1, 1e-3])];
  for (const column of columns) basis.add(column);
  const target = drawn(60);
  const rest = sum([target, sum(columns, basis.weights(target))], [1, -1]);
  for (const column of columns) expect(Math.abs(dot(rest, column))).toBeLessThan(1e-7);
});

test("columns that differ by rounding share a weight, and one of nothing gets none", () => {
  const basis = orthogonalColumns();
  const [a, b] = [drawn(30), drawn(30)];
  const copy = a.map((value) => value * (1 + 1e-8 * random.normal()));
  for (const column of [a, copy, new Float64Array(30), b]) basis.add(column);
  const [own = 0, copied = 0, nothing, other] = basis.weights(sum([a, b], [2, 3]));
  expect(own + copied).toBeCloseTo(2, 6);
  expect(copied).toBeCloseTo(own, 1);
  expect(nothing).toBe(0);
  expect(other).toBeCloseTo(3, 6);
});

test("sums end close in float32 too, where many columns are nearly the same", () => {
  // Exponentials of neighboring rates: without regard to rounding, weights of 1e6.
  const columns = Array.from({ length: 14 }, (_, j) =>
    Float64Array.from({ length: 200 }, (_, i) => Math.exp(-(0.1 + 0.05 * j) * 0.02 * i)),
  );
  const target = Float64Array.from({ length: 200 }, (_, i) => 1 / (1 + 0.05 * i));
  const basis = orthogonalColumns();
  for (const column of columns) basis.add(column);
  const weights = basis.weights(target);
  const rounded = sum(
    columns.map((column) => Float64Array.from(Float32Array.from(column))),
    weights,
  );
  const rest = sum([target, rounded], [1, -1]);
  expect(Math.sqrt(dot(rest, rest))).toBeLessThan(0.02 * Math.sqrt(dot(target, target)));
});
