import { describe, expect, test } from "vitest";
import { boundsOf } from "../../../../src/hypersolver/guard/solve-calibration.js";
import { calibrateErrors, errorBound, type SolveCalibration } from "../../../../src/hypersolver/index.js";
import { draw, isHypersolversError, Random } from "../../../../src/tensor/index.js";

const uniforms = (count: number, random: Random): number[] => [...draw(count, () => random.uniform())];

/** Sample mean and variance within so many standard errors of those of Beta(a, b), which are known exactly. */
function expectBeta(values: readonly number[], a: number, b: number): void {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
  const exact = (a * b) / ((a + b) ** 2 * (a + b + 1));
  expect(Math.abs(mean - a / (a + b))).toBeLessThan(4 * Math.sqrt(exact / n));
  // Nearly normal: the variance of a sample variance is 2 σ⁴/n.
  expect(Math.abs(variance / exact - 1)).toBeLessThan(6 * Math.sqrt(2 / n));
}

describe("calibrated bounds", () => {
  // Errors uniform on [0, 1] are within a bound q with probability q: the coverage that a calibration reaches is its bound.
  test.each([
    [0.9, 50, 46],
    [0.9, 9, 9],
    [0.5, 20, 11],
  ])("cover %d of errors from %d samples, as Beta(k, n + 1 − k) says", (coverage, n, k) => {
    const random = new Random(5);
    const reached = Array.from({ length: 3000 }, () => {
      const calibration = calibrateErrors(uniforms(n, random), uniforms(n, random), { coverage });
      return errorBound(calibration, 0.5);
    });
    expectBeta(reached, k, n + 1 - k);
    expect(k / (n + 1)).toBeGreaterThanOrEqual(coverage);
  });

  test("cover in every bin, where hard samples have a hundred times the error", () => {
    const random = new Random(6);
    const [easy, hard]: [number[], number[]] = [[], []];
    for (let repetition = 0; repetition < 2000; repetition++) {
      const scores = Array.from({ length: 60 }, (_, i) => (i < 20 ? 2 : 0.5));
      const errors = uniforms(60, random).map((u, i) => (i < 20 ? 100 * u : u));
      const calibration = calibrateErrors(scores, errors, { coverage: 0.8, edges: [1] });
      expect(calibration.counts).toEqual([40, 20]);
      easy.push(errorBound(calibration, 0.99));
      hard.push(errorBound(calibration, 1) / 100);
    }
    expectBeta(easy, 33, 8);
    expectBeta(hard, 17, 4);
  });

  test("are errors that were seen, the k-th smallest, and survive JSON", () => {
    const calibration = calibrateErrors([0, 0, 0, 0], [0.4, 0.1, 0.3, 0.2], { coverage: 0.6 });
    expect(calibration).toEqual({ coverage: 0.6, edges: [], bounds: [0.3], counts: [4] });
    expect(errorBound(JSON.parse(JSON.stringify(calibration)), 7)).toBe(0.3);
  });

  test("of many scores are those of each, in bins wide and narrow, and none of what was never seen", () => {
    const random = new Random(7);
    const scores = [0, 5e-324, 1, 2, 1e300, Number.NaN, ...draw(2000, () => Math.exp(8 * random.normal()))];
    for (const edges of [[], [0, 1, 1 + 1e-9, 2], [...scores.slice(6, 40)].sort((a, b) => a - b)]) {
      const level = { coverage: 0.9, edges, bounds: [...edges.keys(), edges.length], counts: [] };
      const calibration = { scores: [0, 1e5] } as unknown as SolveCalibration;
      const expected = scores.map((score) =>
        score <= 1.1e5 ? errorBound(level, score) : Number.POSITIVE_INFINITY,
      );
      expect([...boundsOf(calibration, level)(Float64Array.from(scores))]).toEqual(expected);
    }
  });

  const many = new Array<number>(20).fill(1);
  test.each<[string, () => unknown, RegExp]>([
    ["one sample", () => calibrateErrors([1], [1]), /at least 9 samples for a coverage of 0.9[\s\S]*1/],
    ["a bin of too few", () => calibrateErrors(many, many, { edges: [1] }), /bin 0[\s\S]*at least 9 samples/],
    ["coverage 1", () => calibrateErrors(many, many, { coverage: 1 }), /above 0 and below 1/],
    ["coverage 0", () => calibrateErrors(many, many, { coverage: 0 }), /above 0 and below 1/],
    ["an error that is none", () => calibrateErrors([1, 1], [1, Number.NaN]), /errors, number 1/],
    ["a negative error", () => calibrateErrors([1], [-1]), /at least 0/],
    ["a score that is none", () => calibrateErrors([Number.NaN], [1]), /score[\s\S]*a finite number/],
    ["another number of errors", () => calibrateErrors([1, 2], [1]), /2, one a score/],
    ["edges that fall", () => calibrateErrors(many, many, { edges: [2, 1] }), /increasing/],
    ["no score", () => errorBound(calibrateErrors(many, many), Number.NaN), /a finite number/],
  ])("%s is refused", (_, make, message) => {
    try {
      make();
      expect.unreachable();
    } catch (error) {
      expect(isHypersolversError(error, "INVALID_ARGUMENT")).toBe(true);
      expect(String(error)).toMatch(message);
    }
  });
});
