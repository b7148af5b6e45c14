import { describe, expect, test } from "vitest";
import {
  checkerboard,
  circles,
  type Density,
  densities,
  densityNamed,
  eightGaussians,
  moons,
  pinwheel,
  rings,
  swissRoll,
  twoSpirals,
} from "../../../src/data/index.js";
import { Random } from "../../../src/tensor/index.js";
import { mean, pointsOf } from "./statistics.js";

const all = Object.entries(densities);

/** The first point of seed 1: a change of formula or of the order of draws shows here. */
const firstPoints: Readonly<Record<string, readonly [number, number]>> = {
  pinwheel: [1.233117, 3.099066],
  rings: [0.126532, -2.145023],
  checkerboard: [1.62504, -2.710537],
  circles: [0.901021, 0.123305],
  "8-gaussians": [-0.473083, -2.648661],
  "two-spirals": [-2.95419, 0.094349],
  moons: [-2.020133, 1.484886],
  "swiss-roll": [0.221614, 2.930065],
};

describe.each(all)("every density: %s", (name, density) => {
  test("gives float32 points, finite and within [-8, 8]²", () => {
    const { dtype, shape, data } = density.sample(1000, new Random(3));
    expect([dtype, shape]).toEqual(["float32", [1000, 2]]);
    expect(data.every((value) => Math.abs(value) < 8)).toBe(true);
  });

  test("depends on the seed alone, and on nothing drawn before", () => {
    const of = (seed: number, count = 50): Float32Array => density.sample(count, new Random(seed)).data;
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(of(1, 100).subarray(0, 100)).toEqual(of(1));
  });

  test("begins where it always began", () => {
    const [first] = pointsOf(density, 1, 1);
    const [x = Number.NaN, y = Number.NaN] = firstPoints[name] ?? [];
    expect(first?.x).toBeCloseTo(x, 5);
    expect(first?.y).toBeCloseTo(y, 5);
  });

  test("draws independently: no point knows the one before it", () => {
    const points = pointsOf(density, 5);
    const bound = 5 / Math.sqrt(points.length);
    for (const read of [(i: number) => points[i]?.x ?? 0, (i: number) => points[i]?.y ?? 0]) {
      const values = points.map((_, i) => read(i));
      const center = mean(values);
      const product = (lag: number): number =>
        mean(values.slice(lag).map((value, i) => (value - center) * ((values[i] ?? 0) - center)));
      expect(Math.abs(product(1) / product(0))).toBeLessThan(bound);
    }
  });

  test("is the same in both halves of a sample, sector by sector and near and far", () => {
    const points = pointsOf(density, 6);
    const middle = [...points].sort((a, b) => a.r - b.r)[points.length / 2]?.r ?? 0;
    const cell = ({ r, angle }: (typeof points)[number]): number =>
      (Math.floor(((angle / Math.PI + 1) / 2) * 12) % 12) + (r < middle ? 0 : 12);
    const halves = [points.slice(0, points.length / 2), points.slice(points.length / 2)];
    const counts = halves.map((half) => {
      const seen = new Array<number>(24).fill(0);
      for (const point of half) seen[cell(point)] = (seen[cell(point)] ?? 0) + 1;
      return seen;
    });
    const [first = [], second = []] = counts;
    const chi = first.reduce((total, a, i) => {
      const b = second[i] ?? 0;
      return total + (a + b === 0 ? 0 : (a - b) ** 2 / (a + b));
    }, 0);
    // The 1 − 10⁻⁴ quantile of χ²₂₃.
    expect(chi).toBeLessThan(56);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d points", (count) => {
    expect(() => density.sample(count, new Random(1))).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });

  test("says what it is in one sentence with its numbers", () => {
    expect(density.name).toBe(name);
    expect(density.title).toMatch(/^[A-Z]/);
    expect(density.description).toMatch(/^[A-Z0-9][^\n]*\d[^\n]*\.$/);
  });
});

describe("the registry", () => {
  test("has the eight names, each found by it", () => {
    expect(all.map(([name]) => name)).toEqual([
      "pinwheel",
      "rings",
      "checkerboard",
      "circles",
      "8-gaussians",
      "two-spirals",
      "moons",
      "swiss-roll",
    ]);
    for (const [name, density] of all) expect(densityNamed(name)).toBe(density);
  });

  test.each(["", "Moons", "constructor", "__proto__"])("refuses %j and lists what there is", (name) => {
    expect(() => densityNamed(name)).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        message: expect.stringContaining("pinwheel, rings, checkerboard"),
      }),
    );
  });

  test("knows an entropy where there is a closed form, and nowhere else", () => {
    expect(all.filter(([, { entropy }]) => entropy !== undefined).map(([name]) => name)).toEqual([
      "checkerboard",
    ]);
  });
});

describe("options", () => {
  const refused: readonly (readonly [string, () => Density])[] = [
    ["pinwheel: arms", () => pinwheel({ arms: 0 })],
    ["pinwheel: arms", () => pinwheel({ arms: 2.5 })],
    ["pinwheel: radialDeviation", () => pinwheel({ radialDeviation: -0.1 })],
    ["pinwheel: tangentialDeviation", () => pinwheel({ tangentialDeviation: Number.NaN })],
    ["pinwheel: rate", () => pinwheel({ rate: Number.POSITIVE_INFINITY })],
    ["pinwheel: radius", () => pinwheel({ radius: 0 })],
    ["rings: rings", () => rings({ rings: -4 })],
    ["rings: radius", () => rings({ radius: -1 })],
    ["rings: deviation", () => rings({ deviation: -1e-9 })],
    ["checkerboard: squares", () => checkerboard({ squares: 3 })],
    ["checkerboard: squares", () => checkerboard({ squares: 0 })],
    ["checkerboard: halfSide", () => checkerboard({ halfSide: 0 })],
    ["circles: inner", () => circles({ inner: 0 })],
    ["circles: outer", () => circles({ inner: 3, outer: 3 })],
    ["circles: outer", () => circles({ outer: Number.NaN })],
    ["circles: bridges", () => circles({ bridges: 0 })],
    ["circles: twist", () => circles({ twist: Number.NaN })],
    ["circles: deviation", () => circles({ deviation: -1 })],
    ["8-gaussians: radius", () => eightGaussians({ radius: -1 })],
    ["8-gaussians: deviation", () => eightGaussians({ deviation: -1 })],
    ["two-spirals: turns", () => twoSpirals({ turns: 0 })],
    ["two-spirals: radius", () => twoSpirals({ radius: 0 })],
    ["two-spirals: thickness", () => twoSpirals({ thickness: -1 })],
    ["two-spirals: deviation", () => twoSpirals({ deviation: -1 })],
    ["moons: radius", () => moons({ radius: 0 })],
    ["moons: deviation", () => moons({ deviation: -1 })],
    ["swiss-roll: radius", () => swissRoll({ radius: 0 })],
    ["swiss-roll: deviation", () => swissRoll({ deviation: -1 })],
  ];

  test.each(refused)("%s out of range is refused by name", (what, make) => {
    expect(make).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining(what) }),
    );
  });

  test("without noise are allowed", () => {
    expect(rings({ deviation: 0 }).sample(3, new Random(1)).shape).toEqual([3, 2]);
  });
});
