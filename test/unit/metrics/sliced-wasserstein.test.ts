import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { slicedWasserstein } from "../../../src/metrics/index.js";
import { fromNumbers, Random, type Tensor } from "../../../src/tensor/index.js";
import { SAME_NUMERICS } from "../../helpers/tolerances.js";
import { gaussian, points, shifted } from "./samples.js";

const distance = (a: Tensor, b: Tensor, order: 1 | 2 = 2, projections = 128): number =>
  slicedWasserstein(a, b, { order, projections, random: new Random(7) });

describe("on the line", () => {
  test("it is the distance of point masses", () => {
    expect(distance(points([1]), points([4]))).toBe(3);
    expect(distance(points([1], [1]), points([4]))).toBe(3);
    // Half the mass moves by 2, half by 4.
    expect(distance(points([0], [0]), points([4], [2]), 1)).toBe(3);
    expect(distance(points([0], [0]), points([4], [2]), 2)).toBe(Math.sqrt(10));
  });

  test("unequal sizes go through the quantile function", () => {
    // Quantiles 0, 3 against 0, 1, 2: gaps 0 on 1/3, 1 on 1/6, 2 on 1/6, 1 on 1/3.
    expect(distance(points([3], [0]), points([2], [0], [1]), 1)).toBeCloseTo(1 / 6 + 2 / 6 + 1 / 3, 14);
    expect(distance(points([3], [0]), points([2], [0], [1]), 2)).toBeCloseTo(Math.sqrt(7 / 6), 14);
  });

  test("repeating every point of one sample changes nothing", () => {
    const [a, b] = [gaussian(1, 31, [0]), gaussian(2, 31, [1])];
    const thrice = fromNumbers([...b.data, ...b.data, ...b.data].map(Number), [93, 1], "float64");
    expect(Math.abs(distance(a, thrice) - distance(a, b))).toBeLessThan(SAME_NUMERICS);
  });

  test("two Gaussians are √((μ − ν)² + (σ − τ)²) apart", () => {
    const measured = distance(gaussian(1, 40_000, [0]), gaussian(2, 50_000, [3], 2));
    // The mean difference varies by √(1/40000 + 4/50000) ≈ 0.01, the deviations by less.
    expect(Math.abs(measured - Math.sqrt(9 + 1))).toBeLessThan(0.04);
  });
});

describe("in space", () => {
  test.each([1, 2, 3, 16])("a shift by v in %i dimensions is |v|/√d", (d) => {
    const v = Array.from({ length: d }, (_, k) => 1 + k / 2);
    const cloud = gaussian(d, 50, new Array<number>(d).fill(0));
    const expected = Math.hypot(...v) / Math.sqrt(d);
    // Even directions integrate cos² exactly; of random ones, 20,000 leave a relative error near 0.5 %.
    const measured = distance(cloud, shifted(cloud, v), 2, d <= 2 ? 8 : 20_000);
    expect(Math.abs(measured / expected - 1)).toBeLessThan(d <= 2 ? SAME_NUMERICS : 0.02);
  });

  test("order 1 of a planar shift is |v| times the mean of |cos|, 2/π", () => {
    const cloud = gaussian(1, 50, [0, 0]);
    expect(distance(cloud, shifted(cloud, [3, 4]), 1, 1000)).toBeCloseTo((5 * 2) / Math.PI, 4);
  });

  test("isotropic Gaussians of other widths are |σ − τ| apart, like their projections", () => {
    const measured = distance(gaussian(1, 20_000, [0, 0]), gaussian(2, 20_000, [0, 0], 1.5));
    expect(Math.abs(measured - 0.5)).toBeLessThan(0.03);
  });

  test("is the same for the same seed, and hardly depends on it in the plane", () => {
    const [a, b] = [gaussian(1, 500, [0, 0]), gaussian(2, 400, [1, 0])];
    expect(distance(a, b)).toBe(distance(a, b));
    const other = slicedWasserstein(a, b, { random: new Random(8) });
    expect(Math.abs(distance(a, b) / other - 1)).toBeLessThan(1e-3);
  });
});

describe("is a metric", () => {
  const cloud = fc
    .array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), {
      minLength: 1,
      maxLength: 12,
    })
    .map((all) => points(...all));
  const order = fc.constantFrom(1 as const, 2 as const);

  test("zero between equal samples, in any order of the points", () => {
    fc.assert(
      fc.property(cloud, order, ({ data, shape }, p) => {
        const pairs = Array.from({ length: shape[0] ?? 0 }, (_, i) => [...data.subarray(2 * i, 2 * i + 2)]);
        const backwards = points(...pairs.reverse().map((pair) => pair.map(Number)));
        expect(distance({ data, shape, dtype: "float64" }, backwards, p, 8)).toBe(0);
      }),
    );
  });

  test("symmetric, never negative, and within the triangle inequality", () => {
    fc.assert(
      fc.property(cloud, cloud, cloud, order, (a, b, c, p) => {
        const [ab, bc, ac] = [distance(a, b, p, 8), distance(b, c, p, 8), distance(a, c, p, 8)];
        expect(ab).toBeGreaterThanOrEqual(0);
        expect(Math.abs(distance(b, a, p, 8) - ab)).toBeLessThanOrEqual(SAME_NUMERICS * (1 + ab));
        expect(ac).toBeLessThanOrEqual(ab + bc + SAME_NUMERICS * 100);
      }),
    );
  });
});

test("leaves its arguments alone", () => {
  const [a, b] = [gaussian(1, 20, [0, 0]), gaussian(2, 20, [0, 0])];
  const before = [...a.data, ...b.data];
  distance(a, b);
  expect([...a.data, ...b.data]).toEqual(before);
});
