import { describe, expect, test } from "vitest";
import { Random } from "../../../src/tensor/index.js";

const count = 40_000;
/** Five standard errors of a mean of `count` draws: wrong once in two million, and the seed is fixed. */
const near = (deviation: number): number => (5 * deviation) / Math.sqrt(count);

const drawn = (next: () => number): number[] => Array.from({ length: count }, next);
const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: readonly number[], y: readonly number[], centerX: number, centerY: number): number =>
    mean(x.map((value, i) => (value - centerX) * ((y[i] ?? 0) - centerY)));
  return product(a, b, meanA, meanB) / Math.sqrt(product(a, a, meanA, meanA) * product(b, b, meanB, meanB));
}

describe("uniform numbers", () => {
  const random = new Random(1);
  const values = drawn(() => random.uniform());

  test("lie in [0, 1) with the right mean and variance", () => {
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(near(Math.sqrt(1 / 12)));
    expect(Math.abs(mean(values.map((value) => (value - 0.5) ** 2)) - 1 / 12)).toBeLessThan(
      near(Math.sqrt(1 / 180)),
    );
  });

  test("fill every bin alike (χ² with 99 degrees of freedom)", () => {
    const bins = new Array<number>(100).fill(0);
    for (const value of values) bins[Math.floor(value * 100)] = (bins[Math.floor(value * 100)] ?? 0) + 1;
    const chi = bins.reduce((total, seen) => total + (seen - count / 100) ** 2 / (count / 100), 0);
    // The 10⁻⁴ and 1 − 10⁻⁴ quantiles of χ²₉₉ are 55 and 157.
    expect(chi).toBeGreaterThan(55);
    expect(chi).toBeLessThan(157);
  });

  test("do not remember their predecessor", () => {
    expect(Math.abs(correlation(values.slice(1), values.slice(0, -1)))).toBeLessThan(near(1));
  });
});

describe("normal numbers", () => {
  test("have the moments of the normal distribution", () => {
    const random = new Random(2);
    const values = drawn(() => random.normal());
    const moment = (power: number): number => mean(values.map((value) => value ** power));
    expect(Math.abs(moment(1))).toBeLessThan(near(1));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(near(Math.SQRT2));
    expect(Math.abs(moment(3))).toBeLessThan(near(Math.sqrt(15)));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(near(Math.sqrt(96)));
    expect(Math.abs(correlation(values.slice(1), values.slice(0, -1)))).toBeLessThan(near(1));
  });
});

describe("integers", () => {
  test("take every value from the first to the last alike", () => {
    const random = new Random(3);
    const values = drawn(() => random.integer(-2, 2));
    for (const wanted of [-2, -1, 0, 1, 2])
      expect(Math.abs(mean(values.map((value) => (value === wanted ? 1 : 0))) - 0.2)).toBeLessThan(near(0.4));
    expect(new Set(values).size).toBe(5);
  });
});

describe("a seed", () => {
  const first = (random: Random): number[] => Array.from({ length: 5 }, () => random.normal());

  test("gives the same stream every time, and another seed another", () => {
    expect(first(new Random(7))).toEqual(first(new Random(7)));
    expect(first(new Random(7))).not.toEqual(first(new Random(8)));
    const last = new Random(2 ** 32 - 1);
    expect(first(last)).not.toEqual(first(new Random(0)));
  });

  test.each([2 ** 32, -(2 ** 31) - 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("is not %d", (seed) => {
    expect(() => new Random(seed)).toThrow(/seed[\s\S]*an integer from 0 to 4294967295/);
  });

  test("forks by purpose: unmoved by draws, different from the parent and from each other", () => {
    const parent = new Random(7);
    const before = first(parent.fork("a"));
    parent.uniform();
    expect(first(parent.fork("a"))).toEqual(before);
    const streams = [
      parent,
      parent.fork("a"),
      parent.fork("b"),
      parent.fork("ab"),
      parent.fork(""),
      parent.fork("a").fork("b"),
    ];
    expect(new Set(streams.map(({ seed }) => seed)).size).toBe(streams.length);
  });

  test.each([
    ["parent and fork", new Random(11), new Random(11).fork("x")],
    ["two purposes", new Random(11).fork("rows"), new Random(11).fork("mesh")],
    ["one purpose of neighboring seeds", new Random(11).fork("x"), new Random(12).fork("x")],
    ["neighboring seeds", new Random(11), new Random(12)],
  ])("makes independent streams: %s", (_, one, two) => {
    const [a, b] = [drawn(() => one.uniform()), drawn(() => two.uniform())];
    expect(Math.abs(correlation(a, b))).toBeLessThan(near(1));
    expect(Math.abs(correlation(a.slice(1), b.slice(0, -1)))).toBeLessThan(near(1));
  });

  test("and its neighbors start independently: first draws of 2000 seeds are uniform", () => {
    const firsts = Array.from({ length: 2000 }, (_, seed) =>
      new Random(seed).fork("training states").uniform(),
    );
    const bound = 5 / Math.sqrt(12 * 2000);
    expect(Math.abs(mean(firsts) - 0.5)).toBeLessThan(bound);
    expect(Math.abs(correlation(firsts.slice(1), firsts.slice(0, -1)))).toBeLessThan(5 / Math.sqrt(2000));
  });
});

describe("a permutation", () => {
  test("has every number once, also of none and one", () => {
    const random = new Random(1);
    for (const n of [0, 1, 2, 7, 1000])
      expect([...random.permutation(n)].sort((a, b) => a - b)).toEqual(
        Array.from({ length: n }, (_, i) => i),
      );
  });

  test("is uniform: all 24 orders of 4 equally often", () => {
    const random = new Random(5);
    const seen = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const key = random.permutation(4).join("");
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    const chi = [...seen.values()].reduce((total, value) => total + (value - 500) ** 2 / 500, 0);
    // The 1 − 10⁻⁴ quantile of χ²₂₃ is 56.
    expect(chi).toBeLessThan(56);
  });
});
