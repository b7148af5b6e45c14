import { describe, expect, test } from "vitest";
import { maximumMeanDiscrepancy, meanAndStandardError, medianDistance } from "../../../src/metrics/index.js";
import { Random, rows, type Tensor } from "../../../src/tensor/index.js";
import { SAME_NUMERICS } from "../../helpers/tolerances.js";
import { gaussian, points } from "./samples.js";

const list = ({ data, shape: [n = 0, d = 0] }: Tensor): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * d, (i + 1) * d), Number));

const between = (x: readonly number[], y: readonly number[]): number =>
  Math.hypot(...x.map((value, k) => value - (y[k] ?? 0)));

/** Equation 3 of Gretton et al., word by word. */
function naive(a: Tensor, b: Tensor, bandwidth: number): number {
  const kernel = (x: readonly number[], y: readonly number[]): number =>
    [0.25, 0.5, 1, 2, 4].reduce(
      (sum, factor) => sum + Math.exp(-(between(x, y) ** 2) / (2 * (factor * bandwidth) ** 2)),
      0,
    );
  const total = (left: number[][], right: number[][], skip: boolean): number =>
    left.reduce(
      (sum, x, i) => sum + right.reduce((inner, y, j) => inner + (skip && i === j ? 0 : kernel(x, y)), 0),
      0,
    );
  const [x, y] = [list(a), list(b)];
  const [n, m] = [x.length, y.length];
  return (
    total(x, x, true) / (n * (n - 1)) + total(y, y, true) / (m * (m - 1)) - (2 * total(x, y, false)) / (n * m)
  );
}

describe("maximumMeanDiscrepancy", () => {
  test.each([
    ["in the plane, in one tile", 60, 45, [0, 0]],
    ["in more dimensions than a tile has room for", 40, 50, new Array<number>(300).fill(0)],
    ["with the fewest points", 2, 2, [0]],
  ])("agrees with a double loop %s", (_, n, m, mean) => {
    const a = gaussian(1, n, mean);
    const b = gaussian(
      2,
      m,
      mean.map(() => 0.5),
    );
    const bandwidth = Math.sqrt(mean.length);
    const measured = maximumMeanDiscrepancy(a, b, { bandwidth, random: new Random(3) });
    expect(Math.abs(measured - naive(a, b, bandwidth))).toBeLessThan(SAME_NUMERICS);
  });

  test("takes the median distance of both samples as bandwidth", () => {
    const [a, b] = [gaussian(1, 30, [0, 0]), gaussian(2, 30, [1, 0])];
    const all = points(...list(a), ...list(b));
    const bandwidth = medianDistance(all, { random: new Random(9) });
    const random = new Random(3);
    expect(Math.abs(maximumMeanDiscrepancy(a, b, { random }) - naive(a, b, bandwidth))).toBeLessThan(
      SAME_NUMERICS,
    );
  });

  test.each([
    ["whole samples", 60, 40, 1000],
    ["blocks", 90, 130, 25],
  ])("is unbiased over %s: equal distributions average to 0", (_, n, m, block) => {
    const repeats = Array.from({ length: 200 }, (__, i) =>
      maximumMeanDiscrepancy(gaussian(1000 + i, n, [0, 0]), gaussian(5000 + i, m, [0, 0]), {
        bandwidth: 1.6,
        block,
        random: new Random(i),
      }),
    );
    const { mean, standardError = 0 } = meanAndStandardError(repeats);
    expect(Math.abs(mean)).toBeLessThan(3 * standardError);
    // Unbiased estimates of 0 fall on both sides of it.
    expect(repeats.filter((value) => value < 0).length).toBeGreaterThan(50);
    expect(repeats.filter((value) => value > 0).length).toBeGreaterThan(50);
  });

  test("has the closed form of two Gaussians: blocks and whole samples agree with it", () => {
    const [shift, bandwidth] = [1, 1];
    // E exp(−‖x − y‖²/2s²) = s²/(s² + 2) · exp(−|v|²/2(s² + 2)) for unit planar Gaussians shifted by v.
    const expected = [0.25, 0.5, 1, 2, 4].reduce((sum, s) => {
      const wide = s ** 2 + 2;
      return sum + ((2 * s ** 2) / wide) * (1 - Math.exp(-(shift ** 2) / (2 * wide)));
    }, 0);
    for (const block of [2000, 250]) {
      const repeats = Array.from({ length: 8 }, (_, i) =>
        maximumMeanDiscrepancy(gaussian(10 + i, 1000, [0, 0]), gaussian(50 + i, 1000, [shift, 0]), {
          bandwidth,
          block,
          random: new Random(i),
        }),
      );
      const { mean, standardError = 0 } = meanAndStandardError(repeats);
      expect(Math.abs(mean - expected)).toBeLessThan(4 * standardError);
      expect(standardError).toBeLessThan(0.05 * expected);
    }
  });

  test("does not mind samples that come sorted: blocks are shuffled", () => {
    const sorted = (seed: number): Tensor =>
      points(...list(gaussian(seed, 600, [0])).sort(([x = 0], [y = 0]) => x - y));
    const measured = maximumMeanDiscrepancy(sorted(1), rows(sorted(2), 0, 590), {
      bandwidth: 1,
      block: 100,
      random: new Random(1),
    });
    expect(Math.abs(measured)).toBeLessThan(0.03);
  });

  test("uses at most as many blocks as the smaller sample has pairs of points", () => {
    const [a, b] = [gaussian(1, 500, [0, 0]), gaussian(2, 3, [0, 0])];
    expect(maximumMeanDiscrepancy(a, b, { block: 10, random: new Random(1) })).toSatisfy(Number.isFinite);
  });

  test("asks for a bandwidth where points coincide", () => {
    const same = points([1, 1], [1, 1], [1, 1]);
    const random = new Random(1);
    expect(() => maximumMeanDiscrepancy(same, same, { random })).toThrow(/give the bandwidth yourself/);
    expect(maximumMeanDiscrepancy(same, same, { bandwidth: 1, random })).toBe(0);
  });
});

describe("medianDistance", () => {
  test("is the median over all pairs of few points, and close to it for many", () => {
    expect(medianDistance(points([0], [1], [5]), { random: new Random(1) })).toBe(4);
    expect(medianDistance(points([0], [1], [5], [7]), { random: new Random(1) })).toBe(4.5);
    // ‖x − y‖²/2 of planar Gaussians is χ² with 2 degrees of freedom: its median is 2 ln 2.
    const measured = medianDistance(gaussian(1, 5000, [0, 0]), { random: new Random(1) });
    expect(Math.abs(measured - Math.sqrt(4 * Math.LN2))).toBeLessThan(0.06);
  });
});
