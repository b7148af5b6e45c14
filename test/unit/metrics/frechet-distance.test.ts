import { describe, expect, it } from "vitest";
import { frechetDistance } from "../../../src/metrics/index.js";
import { fromNumbers, Random, toFloat64 } from "../../../src/tensor/index.js";

const normals = (count: number, map: (x: number, y: number) => readonly number[], seed: number) => {
  const random = new Random(seed);
  const rows = Array.from({ length: count }, () => map(random.normal(), random.normal()));
  return fromNumbers(rows.flat(), [count, rows[0]?.length ?? 0]);
};

describe("Fréchet distance", () => {
  it("of a set to itself is zero, also where columns depend on each other", () => {
    const points = normals(50, (x, y) => [x, y, x + y, 3], 1);
    expect(frechetDistance(points, points)).toBeLessThan(1e-6);
  });

  it("of normals is known", () => {
    const a = normals(20_000, (x, y) => [2 * x + y, y], 1);
    const b = normals(20_000, (x, y) => [x + 1, 3 * y - 2], 2);
    // C = [[5, 1], [1, 1]], C′ = diag(1, 9): tr √(C C′) by its trace and determinant.
    const [sum, product] = [5 + 9, 4 * 9];
    const exact = 5 + (6 + 10 - 2 * Math.sqrt(sum + 2 * Math.sqrt(product)));
    expect(frechetDistance(a, b) / exact).toBeCloseTo(1, 1);
  });

  it("depends on no order of the axes", () => {
    const a = normals(500, (x, y) => [x, 2 * y + x], 3);
    const b = normals(500, (x, y) => [y, x], 4);
    const swapped = (t: typeof a) =>
      fromNumbers(
        toFloat64(t).map((_, i, all) => all[i % 2 === 0 ? i + 1 : i - 1] ?? 0),
        t.shape,
      );
    expect(frechetDistance(a, b)).toBeCloseTo(frechetDistance(swapped(a), swapped(b)), 6);
  });
});
