import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomPairs, targetPairs, timesOf } from "../../../../src/hypersolver/reference/mesh-pairs.js";
import { compileReference, referenceAt } from "../../../../src/hypersolver/reference/reference.js";
import { fromNumbers, Random } from "../../../../src/tensor/index.js";
import { spiral } from "../../../helpers/closed-form.js";

const coordinate = fc.integer({ min: -50, max: 50 }).map((value) => value / 10);
const spanArbitrary = fc.tuple(coordinate, coordinate).filter(([a, b]) => a !== b);
const share = fc.integer({ min: 1, max: 60 }).map((value) => value / 20);

describe("random pairs", () => {
  test("lie inside the span, in its direction, of sizes in the range", () => {
    fc.assert(
      fc.property(spanArbitrary, share, share, fc.integer(), ([t0, t1], a, b, seed) => {
        const length = Math.abs(t1 - t0);
        const range = [Math.min(a, b) * length, Math.max(a, b) * length] as const;
        const [from, to] = [Math.min(t0, t1), Math.max(t0, t1)];
        for (const { s, end } of randomPairs([t0, t1], range, 20, new Random(seed))) {
          expect(Math.sign(end - s)).toBe(Math.sign(t1 - t0));
          expect(Math.min(s, end)).toBeGreaterThanOrEqual(from);
          expect(Math.max(s, end)).toBeLessThanOrEqual(to);
          const size = Math.abs(end - s);
          expect(size).toBeGreaterThan(Math.min(range[0], length) * (1 - 1e-9));
          expect(size).toBeLessThan(Math.min(range[1], length) * (1 + 1e-9));
        }
      }),
    );
  });

  test("have log-uniform sizes and uniform places", () => {
    const pairs = randomPairs([0, 10], [0.01, 1], 20_000, new Random(7));
    const logs = pairs.map(({ s, end }) => Math.log10(end - s));
    // Log-uniform over two decades: mean −1, variance 4/12; standard errors of 20,000 draws are 0.004 and 0.002.
    expect(mean(logs)).toBeCloseTo(-1, 1);
    expect(mean(logs.map((value) => (value + 1) ** 2))).toBeCloseTo(1 / 3, 1);
    expect(mean(logs.map((value) => (value < -1.5 ? 1 : 0)))).toBeCloseTo(0.25, 1);
    const places = pairs.map(({ s, end }) => s / (10 - (end - s)));
    expect(mean(places)).toBeCloseTo(0.5, 1);
    expect(Math.max(...places)).toBeGreaterThan(0.99);
  });

  test("that fill the whole span do not leave it, and the reference serves them", async () => {
    // −5 + (−1.8 − −5) is beyond −1.8 by one unit of rounding.
    const span = [-5, -1.8] as const;
    const pairs = [...targetPairs(span, 3), ...randomPairs(span, [5, 9], 4, new Random(1))];
    const times = timesOf(span, pairs);
    expect(times).toEqual([-5, ...targetPairs(span, 3).map(({ end }) => end)]);
    const reference = await compileReference(spiral.field("float32"), referenceAt(1e-5));
    expect(await reference.states(fromNumbers([1, 2], [1, 2]), times, {})).toHaveLength(4);
    await reference.dispose();
  });
});

describe("times of pairs", () => {
  test("are sorted in the direction of integration, each once, the start first", () => {
    const pairs = [
      { s: 0.5, end: 0.2 },
      { s: 1, end: 0.5 },
    ];
    expect(timesOf([1, 0], pairs)).toEqual([1, 0.5, 0.2]);
    expect(timesOf([0, 1], [{ s: 0.2, end: 0.5 }])).toEqual([0, 0.2, 0.5]);
  });

  test("of target pairs are the mesh, ending exactly", () => {
    for (const span of [
      [0.1, 0.7],
      [0.7, -0.2],
    ] as const) {
      const pairs = targetPairs(span, 7);
      expect(pairs).toHaveLength(7);
      expect(pairs.at(-1)?.end).toBe(span[1]);
      expect(timesOf(span, pairs)).toHaveLength(8);
    }
  });
});

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;
