import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  logScale,
  restored,
  restoredPoints,
  type Standardization,
  standardizationOf,
  standardized,
} from "../../../src/data/index.js";
import { type FloatDType, fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";

const points = (rows: readonly (readonly number[])[], dtype: FloatDType = "float32"): Tensor =>
  fromNumbers(rows.flat(), [rows.length, rows[0]?.length ?? 0], dtype);

const code = (expected: string, ...texts: readonly string[]): object =>
  expect.objectContaining({
    code: expected,
    message: expect.stringMatching(new RegExp(texts.map((text) => `(?=[\\s\\S]*${text})`).join(""))),
  });

describe("a standardization", () => {
  test("is mean and population deviation of every column", () => {
    expect(
      standardizationOf(
        points([
          [1, -10],
          [3, 10],
        ]),
      ),
    ).toEqual({ shift: [2, 0], scale: [1, 10] });
    const { shift, scale } = standardizationOf(points([[2], [4], [4], [4], [5], [5], [7], [9]]));
    expect([shift[0], scale[0]]).toEqual([5, 2]);
  });

  test.each([1, 2, 16])("gives %d columns mean 0 and deviation 1", (columns) => {
    const random = new Random(1);
    const values = Float64Array.from(
      { length: 500 * columns },
      (_, i) => (i % columns) * 7 + random.normal(),
    );
    const data = fromNumbers(values, [500, columns], "float64");
    const again = standardizationOf(standardized(data, standardizationOf(data)));
    for (let column = 0; column < columns; column++) {
      expect(again.shift[column]).toBeCloseTo(0, 12);
      expect(again.scale[column]).toBeCloseTo(1, 12);
    }
  });

  test("keeps its digits far from the origin, where one pass of squares has none", () => {
    const { shift, scale } = standardizationOf(
      points(
        [0, 1, 2, 3].map((i) => [1e9 + i]),
        "float64",
      ),
    );
    expect(shift[0]).toBe(1e9 + 1.5);
    expect(scale[0]).toBeCloseTo(Math.sqrt(1.25), 14);
  });

  test("keeps the element type and the shape, and changes no input", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const data = points(
        [
          [1, 2],
          [3, 5],
        ],
        dtype,
      );
      const u = standardized(data, standardizationOf(data));
      expect([u.dtype, u.shape, Array.from(u.data, Number)]).toEqual([dtype, [2, 2], [-1, -1, 1, 1]]);
      expect(Array.from(data.data, Number)).toEqual([1, 2, 3, 5]);
    }
  });

  test("has the logarithm of its Jacobian: Σ log scale", () => {
    expect(logScale({ shift: [5, 5], scale: [2, 8] })).toBeCloseTo(Math.log(16), 14);
    expect(logScale({ shift: [0], scale: [1] })).toBe(0);
    // A unit Gaussian in u is one of deviation 3 in x: log p(0) loses log 3.
    const logNormal = (x: number, deviation: number): number =>
      -0.5 * (x / deviation) ** 2 - Math.log(deviation * Math.sqrt(2 * Math.PI));
    const map: Standardization = { shift: [0], scale: [3] };
    expect(logNormal(1.5 / 3, 1) - logScale(map)).toBeCloseTo(logNormal(1.5, 3), 14);
  });
});

describe("the way back", () => {
  /** Rounding of u, magnified by the scale, and of x. */
  const epsilon: Readonly<Record<FloatDType, number>> = { float32: 2 ** -23, float64: 2 ** -50 };

  test.each(["float32", "float64"] as const)("restores %s points up to rounding", (dtype) => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const matrices = fc.integer({ min: 1, max: 16 }).chain((columns) =>
      fc.array(fc.array(value, { minLength: columns, maxLength: columns }), {
        minLength: 2,
        maxLength: 30,
      }),
    );
    const spread = (data: Tensor, columns: number): boolean =>
      Array.from(
        { length: columns },
        (_, column) => new Set(toFloat64(data).filter((_value, i) => i % columns === column)),
      ).every((seen) => Math.max(...seen) - Math.min(...seen) > 1e-30);
    fc.assert(
      fc.property(matrices, (rows) => {
        const data = points(rows, dtype);
        const columns = rows[0]?.length ?? 0;
        fc.pre(spread(data, columns));
        const map = standardizationOf(data);
        const back = toFloat64(restored(standardized(data, map), map));
        toFloat64(data).forEach((x, i) => {
          const size =
            Math.abs(x) + Math.abs(map.shift[i % columns] ?? 0) + 10 * (map.scale[i % columns] ?? 0);
          expect(Math.abs((back[i] ?? Number.NaN) - x)).toBeLessThanOrEqual(epsilon[dtype] * size);
        });
      }),
    );
  });
});

describe("points that cannot be standardized", () => {
  const good = points([
    [1, 2],
    [3, 5],
  ]);
  const map: Standardization = { shift: [0, 0], scale: [1, 1] };

  test.each([0, 1])("%d of them", (count) => {
    expect(() => standardizationOf(fromNumbers(new Float32Array(3 * count), [count, 3]))).toThrow(
      code("INVALID_ARGUMENT", "at least 2", `received: ${count}`),
    );
  });

  test("a column without spread, even of a number that has no exact sum", () => {
    const rows = Array.from({ length: 10 }, (_, i) => [i, 0.1, -i]);
    expect(() => standardizationOf(points(rows, "float64"))).toThrow(
      code("INVALID_ARGUMENT", "column 1", "0.1 in all 10 points"),
    );
  });

  test("a spread beyond float64", () => {
    expect(() => standardizationOf(points([[1e200], [-1e200]], "float64"))).toThrow(
      code("INVALID_ARGUMENT", "column 0", "rescale"),
    );
  });

  test("NaN or infinite rows: the first and how many", () => {
    const rows = [
      [1, 2],
      [3, 4],
      [0, Number.NaN],
      [5, 6],
      [Number.POSITIVE_INFINITY, Number.NaN],
    ];
    expect(() => standardizationOf(points(rows))).toThrow(
      code("NON_FINITE", "row 2, counted from 0", "\\[0, NaN\\]", "2 of 5"),
    );
  });

  test.each([
    ["a vector", [4]],
    ["a stack", [2, 2, 1]],
    ["no columns", [4, 0]],
  ])("of another rank: %s", (_, shape) => {
    const data = fromNumbers(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
    for (const use of [standardizationOf, (value: Tensor) => standardized(value, map)])
      expect(() => use(data)).toThrow(code("SHAPE_MISMATCH", "\\[n, d\\]"));
  });

  test("of other columns than the standardization", () => {
    const wide = fromNumbers([1, 2, 3], [1, 3]);
    for (const use of [standardized, restored])
      expect(() => use(wide, map)).toThrow(code("SHAPE_MISMATCH", "\\[n, 2\\]", "\\[1, 3\\]"));
  });

  test("integers, whose fractions would be lost", () => {
    const whole = fromNumbers([1, 2], [1, 2], "int64");
    expect(() => standardized(whole, map)).toThrow(code("DTYPE_MISMATCH", "int64"));
  });

  test.each([
    ["a zero", { shift: [0, 0], scale: [1, 0] }],
    ["a negative number", { shift: [0, 0], scale: [1, -2] }],
    ["NaN", { shift: [0, 0], scale: [1, Number.NaN] }],
    ["another length", { shift: [0, 0], scale: [1] }],
    ["an infinite shift", { shift: [0, Number.POSITIVE_INFINITY], scale: [1, 1] }],
  ])("with a scale of %s", (_, broken) => {
    for (const use of [
      () => standardized(good, broken),
      () => restored(good, broken),
      () => logScale(broken),
    ])
      expect(use).toThrow(code("INVALID_ARGUMENT", "scale > 0"));
  });
});

describe("points far from zero", () => {
  const u = fromNumbers([0.25, -0.5], [1, 2]);

  test("are restored in float64, which keeps their digits", () => {
    const x = restoredPoints(u, { shift: [1e9, 0], scale: [1, 1] });
    expect([x.dtype, ...x.data]).toEqual(["float64", 1e9 + 0.25, -0.5]);
  });

  test("others stay in the type they were computed in", () => {
    const map = { shift: [10, -15], scale: [1, 1] };
    expect(restoredPoints(u, map)).toEqual(restored(u, map));
    expect(restoredPoints(u, map).dtype).toBe("float32");
  });
});
