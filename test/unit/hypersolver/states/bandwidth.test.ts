import { expect, test } from "vitest";
import { bandwidthOf } from "../../../../src/hypersolver/states/bandwidth.js";
import { normalStates } from "../../../../src/hypersolver/states/states.js";
import { fromNumbers, Random } from "../../../../src/tensor/index.js";

const silverman = (count: number, dimensions: number): number =>
  (4 / (count * (dimensions + 2))) ** (1 / (dimensions + 4));
const normal = (count: number, width: number) => normalStates([width]).heldOut(count, new Random(3)).z0;

test.each([
  [100, 2],
  [400, 10],
  [200, 43],
  [3000, 5],
])("of %i normal rows in %i dimensions is Silverman's", (count, width) => {
  expect(Math.abs(bandwidthOf(normal(count, width)) / silverman(count, width) - 1)).toBeLessThan(0.02);
});

test("counts the dimensions that rows fill, not their components", () => {
  const values = new Float64Array(100 * 30).map((_, i) => ((Math.floor(i / 30) * 7919) % 101) * (i % 30));
  expect(bandwidthOf(fromNumbers(values, [100, 30], "float64"))).toBeCloseTo(silverman(100, 1), 2);
});

test("is finite for rows that are all the same, and small for images", () => {
  for (const value of [0, 2, 0.1])
    expect(bandwidthOf(fromNumbers(new Float32Array(60).fill(value), [20, 3]))).toBeLessThan(1);
  expect(bandwidthOf(fromNumbers(new Float32Array(20 * 64).map(Math.sin), [20, 1, 8, 8]))).toBe(0.3);
});
