import { describe, expect, test } from "vitest";
import { densityNamed } from "../../../../src/data/index.js";
import { densityData, tableData } from "../../../../src/models/index.js";
import { rowsBeyond } from "../../../../src/models/internal.js";
import { fromNumbers, Random, tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { columnOf, deviationOf, meanOf } from "../../../helpers/flows.js";

/** Row i holds 100 i + column: told apart by any element. */
const table = (count: number, columns: number) =>
  fromNumbers(
    Float32Array.from({ length: count * columns }, (_, k) => 100 * Math.floor(k / columns) + (k % columns)),
    [count, columns],
  );

describe("a table", () => {
  test.each([1, 2, 16])(
    "of %d columns is split: training, validation and held-out share no row",
    (columns) => {
      const data = tableData(table(50, columns), "numbers", 3);
      expect(data.dimension).toBe(columns);
      const ids = (values: Float64Array): number[] => [...values].map((value) => Math.round(value / 100));
      const validation = ids(columnOf(data.validation, 0));
      const heldOut = ids(columnOf(data.heldOut(1000), 0));
      const batch = data.batch(5000, new Random(1));
      expect(batch.shape).toEqual([5000, columns]);
      const { shift, scale } = data.standardization;
      const training = ids(columnOf(batch, 0).map((u) => (shift[0] ?? 0) + (scale[0] ?? 0) * u));
      expect([new Set(validation).size, new Set(heldOut).size, new Set(training).size]).toEqual([5, 10, 35]);
      expect(new Set([...validation, ...heldOut, ...training]).size).toBe(50);
    },
  );

  test("is standardized with its training rows; validation and held-out rows stay as they were", () => {
    const data = tableData(table(50, 2), "numbers", 3);
    const batch = data.batch(20_000, new Random(1));
    for (const column of [0, 1]) {
      // Draws from 35 rows: standard errors 1/√20 000 = 0.7 %.
      expect(Math.abs(meanOf(columnOf(batch, column)))).toBeLessThan(0.03);
      expect(Math.abs(deviationOf(columnOf(batch, column)) - 1)).toBeLessThan(0.03);
    }
    const whole = new Set(toFloat64(table(50, 2)));
    for (const part of [data.validation, data.heldOut(10)])
      expect([...toFloat64(part)].every((value) => whole.has(value))).toBe(true);
  });

  test("keeps the columns of a row together", () => {
    const { shift, scale } = tableData(table(50, 2), "numbers", 3).standardization;
    const batch = tableData(table(50, 2), "numbers", 3).batch(100, new Random(2));
    const restored = [0, 1].map((j) => columnOf(batch, j).map((u) => (shift[j] ?? 0) + (scale[j] ?? 0) * u));
    const gaps = restored[0]?.map((value, i) => (restored[1]?.[i] ?? 0) - value) ?? [];
    expect([...gaps].every((gap) => Math.abs(gap - 1) < 1e-2)).toBe(true);
  });

  test("depends on its seed alone", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => tableData(table(50, 2), "numbers", seed));
    expect(a?.validation).toEqual(b?.validation);
    expect(a?.batch(9, new Random(4))).toEqual(b?.batch(9, new Random(4)));
    expect(a?.validation.data).not.toEqual(c?.validation.data);
  });

  test("gives out as many held-out rows as asked for, and no more than there are", () => {
    const data = tableData(table(50, 2), "numbers", 3);
    expect([3, 10, 11, 1e9].map((count) => data.heldOut(count).shape[0])).toEqual([3, 10, 10, 10]);
  });

  test("may be of float64", () => {
    const points = fromNumbers(toFloat64(table(20, 2)), [20, 2], "float64");
    expect(tableData(points, "doubles", 1).batch(3, new Random(1)).dtype).toBe("float64");
  });

  test.each([
    ["one point", fromNumbers([1, 2], [1, 2]), "INVALID_ARGUMENT"],
    ["no points", fromNumbers([], [0, 2]), "INVALID_ARGUMENT"],
    ["nine points", table(9, 2), "INVALID_ARGUMENT"],
    ["identical points", fromNumbers(new Float32Array(40).fill(3), [20, 2]), "INVALID_ARGUMENT"],
    ["a list", fromNumbers([1, 2, 3], [3]), "SHAPE_MISMATCH"],
    ["images", fromNumbers(new Float32Array(80), [20, 2, 2]), "SHAPE_MISMATCH"],
    ["no columns", fromNumbers([], [20, 0]), "SHAPE_MISMATCH"],
    [
      "integers",
      tensor(
        "int64",
        [20, 1],
        BigInt64Array.from({ length: 20 }, (_, i) => BigInt(i)),
      ),
      "DTYPE_MISMATCH",
    ],
  ] as const)("of %s is refused", (_, points, code) => {
    expect(() => tableData(points, "points.csv", 1)).toThrow(expect.objectContaining({ code }));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("with %d says in which row, counted from 0", (bad) => {
    const values = toFloat64(table(50, 2)).slice();
    values[2 * 37 + 1] = bad;
    expect(() => tableData(fromNumbers(values, [50, 2]), "points.csv", 1)).toThrow(
      expect.objectContaining({ code: "NON_FINITE", message: expect.stringContaining("row 37") }),
    );
  });

  test("with a column that differs in one row only is refused when training does not see that row", () => {
    const values = toFloat64(table(10, 2)).slice();
    for (let i = 0; i < 10; i++) values[2 * i + 1] = i === 4 ? 1 : 0;
    const points = fromNumbers(values, [10, 2]);
    const outcomes = Array.from({ length: 8 }, (_, seed) => {
      try {
        return tableData(points, "points.csv", seed).standardization.scale[1] ?? 0;
      } catch (error) {
        return (error as { code?: string }).code;
      }
    });
    expect(outcomes).toContain("INVALID_ARGUMENT");
    expect(outcomes.filter((value) => typeof value === "number").every((scale) => Number(scale) > 0)).toBe(
      true,
    );
    expect(outcomes.some((value) => typeof value === "number")).toBe(true);
  });
});

test("rows beyond a limit are counted once, on either side of the mean", () => {
  const points = fromNumbers([10, 0, -30, 0, 51, 900, 0, 39, 0, -41], [5, 2]);
  const map = { shift: [10, 0], scale: [4, 4] };
  expect([9, 10, 10.3, 300].map((limit) => rowsBeyond(limit, points, map))).toEqual([4, 2, 1, 0]);
});

describe("a density", () => {
  const data = densityData(densityNamed("pinwheel"), 5);

  test("is standardized, drawn anew for every batch, and holds validation and held-out points apart", () => {
    const [a, b] = [data.batch(4000, new Random(1)), data.batch(4000, new Random(2))];
    expect(a.data).not.toEqual(b.data);
    expect(data.batch(4000, new Random(1)).data).toEqual(a.data);
    for (const column of [0, 1]) {
      expect(Math.abs(meanOf(columnOf(a, column)))).toBeLessThan(0.08);
      expect(Math.abs(deviationOf(columnOf(a, column)) - 1)).toBeLessThan(0.08);
    }
    const seen = new Set(columnOf(data.validation, 0));
    expect([...columnOf(data.heldOut(3000), 0)].some((value) => seen.has(value))).toBe(false);
    expect(data.validation.shape).toEqual([2000, 2]);
  });

  test("gives the same held-out points every time, and depends on its seed", () => {
    expect(data.heldOut(10)).toEqual(data.heldOut(10));
    const [again, other] = [5, 6].map((seed) => densityData(densityNamed("pinwheel"), seed));
    expect(again?.validation).toEqual(data.validation);
    expect(other?.validation.data).not.toEqual(data.validation.data);
  });
});
