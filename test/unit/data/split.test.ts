import { describe, expect, test } from "vitest";
import { type SplitShares, splitRows } from "../../../src/data/index.js";
import { type DType, fromNumbers, Random, type Tensor } from "../../../src/tensor/index.js";

const fifth: SplitShares = { validation: 0.2, heldOut: 0.2 };

/** Row i is [2i, 2i + 1]. */
const numbered = (count: number, dtype: DType = "float32"): Tensor =>
  fromNumbers(
    Array.from({ length: 2 * count }, (_, i) => i),
    [count, 2],
    dtype,
  );

/** The numbers of the rows of a part; every row has to be whole. */
function rowsOf({ data, shape }: Tensor): number[] {
  const values = Array.from(data, Number);
  return Array.from({ length: shape[0] ?? 0 }, (_, i) => {
    const [first = Number.NaN, second] = values.slice(2 * i, 2 * i + 2);
    expect(second).toBe(first + 1);
    return first / 2;
  });
}

describe("a split", () => {
  test.each(["float32", "float64", "int64"] as const)("of %s rows has each row exactly once", (dtype) => {
    const { training, validation, heldOut } = splitRows(numbered(100, dtype), fifth, new Random(1));
    const parts = [training, validation, heldOut];
    expect(parts.map(({ shape }) => shape)).toEqual([
      [60, 2],
      [20, 2],
      [20, 2],
    ]);
    expect(parts.every((part) => part.dtype === dtype)).toBe(true);
    expect(parts.flatMap(rowsOf).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  test("shuffles: every row is as likely to be held out", () => {
    const [random, points] = [new Random(2), numbered(10)];
    const seen = new Array<number>(10).fill(0);
    for (let i = 0; i < 5000; i++)
      for (const row of rowsOf(splitRows(points, fifth, random).heldOut)) seen[row] = (seen[row] ?? 0) + 1;
    // Five deviations of a binomial count of 5000 draws of 0.2.
    for (const count of seen) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(800));
  });

  test("depends on the seed alone and copies its rows", () => {
    const points = numbered(50);
    const of = (seed: number): number[] => rowsOf(splitRows(points, fifth, new Random(seed)).training);
    expect(of(3)).toEqual(of(3));
    expect(of(3)).not.toEqual(of(4));
    const { training } = splitRows(points, fifth, new Random(3));
    training.data.fill(0 as never);
    expect(points).toEqual(numbered(50));
  });

  test("gives small shares a row, and takes tensors of any rank", () => {
    const vector = fromNumbers(new Float32Array(10), [10]);
    const { training, validation, heldOut } = splitRows(
      vector,
      { validation: 1e-9, heldOut: 0.01 },
      new Random(1),
    );
    expect([training.shape, validation.shape, heldOut.shape]).toEqual([[8], [1], [1]]);
  });
});

describe("no split", () => {
  test.each([0, 1, 9])("of %d rows", (count) => {
    expect(() => splitRows(numbered(count), fifth, new Random(1))).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        message: expect.stringMatching(/at least 10[\s\S]*help/),
      }),
    );
  });

  test.each([
    [0, 0.1, "split: validation"],
    [0.1, 1, "split: heldOut"],
    [-0.1, 0.1, "split: validation"],
    [0.1, Number.NaN, "split: heldOut"],
    [0.5, 0.5, "left for training"],
    [0.9, 0.1, "left for training"],
  ])("by shares of %d and %d", (validation, heldOut, text) => {
    expect(() => splitRows(numbered(20), { validation, heldOut }, new Random(1))).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        message: expect.stringContaining(text),
      }),
    );
  });
});
