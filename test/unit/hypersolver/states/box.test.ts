import { expect, test } from "vitest";
import { boxStates } from "../../../../src/hypersolver/index.js";
import { Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";

const source = boxStates({ low: [-1, 5], high: [1, 6] }, { u: { low: [-3], high: [0] } });

const column = (value: Tensor, i: number): number[] =>
  [...toFloat64(value)].filter((_, at) => at % (value.shape[1] ?? 1) === i);
const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

test("states and controls fill their boxes, independent of each other", () => {
  const { z0, controls } = source.training(2000, new Random(0));
  const u = controls.u as Tensor;
  expect([z0.shape, u.shape]).toEqual([
    [2000, 2],
    [2000, 1],
  ]);
  const columns = [column(z0, 0), column(z0, 1), column(u, 0)];
  for (const [i, [low, high]] of [
    [-1, 1],
    [5, 6],
    [-3, 0],
  ].entries()) {
    const own = columns[i] ?? [];
    expect(Math.min(...own)).toBeGreaterThanOrEqual(low as number);
    expect(Math.max(...own)).toBeLessThanOrEqual(high as number);
    expect(Math.abs(mean(own) - ((low as number) + (high as number)) / 2)).toBeLessThan(0.1);
  }
  const [a = [], , c = []] = columns;
  expect(Math.abs(mean(a.map((x, i) => x * ((c[i] ?? 0) + 1.5))))).toBeLessThan(0.05);
});

test("no part shares samples with another, and every part comes again", () => {
  const parts = [source.training, source.validation, source.heldOut].map((part) => part(5, new Random(1)));
  expect(new Set(parts.map(({ z0 }) => [...toFloat64(z0)].join())).size).toBe(3);
  expect(source.heldOut(5, new Random(1))).toEqual(parts[2]);
});

test.each([
  ["low above high", { low: [1], high: [0] }],
  ["ends of another size", { low: [0, 0], high: [1] }],
  ["nothing", { low: [], high: [] }],
])("a box of %s is refused", (_name, box) => {
  expect(() => boxStates(box)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  expect(() => boxStates({ low: [0], high: [1] }, { u: box })).toThrow(/box of u/);
});
