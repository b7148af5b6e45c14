import { describe, expect, test } from "vitest";
import {
  checkerboard,
  circles,
  eightGaussians,
  moons,
  pinwheel,
  rings,
  swissRoll,
  twoSpirals,
} from "../../../src/data/index.js";
import {
  COUNT,
  equal,
  expectMean,
  expectShares,
  fromMultiple,
  mean,
  nearestMultiple,
  pointsOf,
} from "./statistics.js";

/** Points without noise lie on their curve up to float32. */
const ON_CURVE = 2e-6;
const turn = 2 * Math.PI;

describe("the pinwheel", () => {
  test("has mean 0 and E|p|² = 2² (1 + 0.3² + 0.1²)", () => {
    const points = pointsOf(pinwheel());
    expectMean(points, ({ x }) => x, 0);
    expectMean(points, ({ y }) => y, 0);
    expectMean(points, ({ r }) => r ** 2, 4.4);
  });

  test("unbent and with one arm is a Gaussian at (2, 0) of deviations 0.6 and 0.2", () => {
    const points = pointsOf(pinwheel({ arms: 1, rate: 0 }));
    expectMean(points, ({ x }) => x, 2);
    expectMean(points, ({ y }) => y, 0);
    expectMean(points, ({ x }) => (x - 2) ** 2, 0.36);
    expectMean(points, ({ y }) => y ** 2, 0.04);
    expectMean(points, ({ x, y }) => (x - 2) * y, 0);
  });

  test("has 5 equal arms along -0.25 exp(r/2), clockwise", () => {
    // Thin arms whose points all are on the outer side of the origin.
    const points = pointsOf(pinwheel({ tangentialDeviation: 0, radialDeviation: 0.15 }));
    const unbent = points.map(({ r, angle }) => angle + 0.25 * Math.exp(r / 2));
    expect(Math.max(...unbent.map((angle) => fromMultiple(angle, turn / 5)))).toBeLessThan(ON_CURVE);
    expectShares(unbent, (angle) => nearestMultiple(angle, turn / 5), equal(5));
  });
});

describe("the rings", () => {
  test("have radii 0.75, 1.5, 2.25, 3 equally often, and deviation 0.08 across", () => {
    const points = pointsOf(rings());
    const ring = ({ r }: { readonly r: number }): number => Math.round(r / 0.75) - 1;
    expectShares(points, ring, equal(4));
    expectMean(points, ({ r }) => r ** 2, 0.75 ** 2 * 7.5 + 2 * 0.08 ** 2);
    const outer = points.filter((point) => ring(point) === 3);
    expectMean(outer, ({ r }) => (r - 3 - 0.08 ** 2 / 6) ** 2, 0.08 ** 2);
  });

  test("go round evenly", () => {
    const points = pointsOf(rings());
    for (const frequency of [1, 2, 3, 4, 5]) {
      expectMean(points, ({ angle }) => Math.cos(frequency * angle), 0);
      expectMean(points, ({ angle }) => Math.sin(frequency * angle), 0);
    }
  });

  test("without noise are exactly as many circles as asked for", () => {
    const radii = pointsOf(rings({ rings: 2, radius: 1, deviation: 0 })).map(({ r }) => r);
    expect(Math.max(...radii.map((r) => Math.min(Math.abs(r - 0.5), Math.abs(r - 1))))).toBeLessThan(
      ON_CURVE,
    );
    expectShares(radii, (r) => (r > 0.75 ? 1 : 0), equal(2));
  });
});

describe("the checkerboard", () => {
  const squareOf = (side: number, x: number, y: number): readonly [number, number] => [
    Math.floor((x + 4) / side),
    Math.floor((y + 4) / side),
  ];

  test("covers the 8 squares of one color, lower left included, and no other point", () => {
    const squares = pointsOf(checkerboard()).map(({ x, y }) => squareOf(2, x, y));
    expect(squares.every(([i, j]) => i >= 0 && i < 4 && j >= 0 && j < 4 && (i + j) % 2 === 0)).toBe(true);
    expectShares(squares, ([i, j]) => 2 * i + Math.floor(j / 2), equal(8));
  });

  test("is uniform within its squares, and along both axes", () => {
    const points = pointsOf(checkerboard());
    expectShares(
      points,
      ({ x, y }) => Math.floor(((x + 4) % 2) * 2) + 4 * Math.floor(((y + 4) % 2) * 2),
      equal(16),
    );
    for (const axis of ["x", "y"] as const) {
      expectMean(points, ({ [axis]: value }) => value, 0);
      expectMean(points, ({ [axis]: value }) => value ** 2, 16 / 3);
    }
  });

  test.each([2, 4, 8])(
    "of %d squares a side has the entropy log 32, as a histogram measures it",
    (squares) => {
      const density = checkerboard({ squares });
      expect(density.entropy).toBeCloseTo(Math.log(32), 12);
      const counts = new Map<string, number>();
      for (const { x, y } of pointsOf(density)) {
        const key = squareOf(0.5, x, y).join();
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      expect(counts.size).toBe(128);
      const measured = [...counts.values()].reduce((total, count) => {
        const share = count / COUNT;
        return total - share * Math.log(share / 0.25);
      }, 0);
      // The plug-in estimate is low by (cells − 1)/(2 n) = 0.0016.
      expect(measured).toBeCloseTo(Math.log(32), 2);
    },
  );
});

describe("the joined circles", () => {
  const kappa = Math.PI / 3 / Math.log(3);
  const unwound = ({ r, angle }: { readonly r: number; readonly angle: number }): number =>
    angle - kappa * Math.log(r);
  /** The length of a bridge as a polygon of many chords. */
  const bridge = Array.from({ length: 20_000 }, (_, i) => {
    const [a, b] = [1 + i / 10_000, 1 + (i + 1) / 10_000];
    const [from, to] = [kappa * Math.log(a), kappa * Math.log(b)];
    return Math.hypot(b * Math.cos(to) - a * Math.cos(from), b * Math.sin(to) - a * Math.sin(from));
  }).reduce((sum, chord) => sum + chord, 0);

  test("without noise lie on circles of radius 1 and 3 and on three spiral arcs, by their lengths", () => {
    const points = pointsOf(circles({ deviation: 0 }));
    const part = points.map(({ r }) => (Math.abs(r - 1) < ON_CURVE ? 0 : Math.abs(r - 3) < ON_CURVE ? 1 : 2));
    expectShares(part, (own) => own, [turn, 3 * turn, 3 * bridge]);
    const between = points.filter((_, i) => part[i] === 2);
    expect(between.every(({ r }) => r > 1 && r < 3)).toBe(true);
    expect(Math.max(...between.map((point) => fromMultiple(unwound(point), turn / 3)))).toBeLessThan(
      ON_CURVE,
    );
    expectShares(between, (point) => nearestMultiple(unwound(point), turn / 3), equal(3));
    // Even along the arcs: uniform in r.
    expectShares(between, ({ r }) => Math.floor((r - 1) * 5), equal(10));
    const outer = points.filter((_, i) => part[i] === 1);
    expectMean(outer, ({ angle }) => Math.cos(3 * angle), 0);
  });

  test("are connected: the gap holds its share of the mass, all of it along the three bridges", () => {
    const points = pointsOf(circles());
    const gap = points.filter(({ r }) => r > 1.6 && r < 2.4);
    // 0.8 of the 2 units of r that a bridge spans; the annuli end four deviations from their circles.
    const share = (0.4 * 3 * bridge) / (4 * turn + 3 * bridge);
    expect(Math.abs(gap.length / COUNT - share)).toBeLessThan(5 * Math.sqrt(share / COUNT));
    expectShares(gap, (point) => nearestMultiple(unwound(point), turn / 3), equal(3));
    // Across an arc the distance is r Δφ / √(1 + κ²), up to its curvature.
    const across = gap.map(
      (point) => (point.r * fromMultiple(unwound(point), turn / 3)) / Math.hypot(1, kappa),
    );
    expect(Math.max(...across)).toBeLessThan(5 * 0.12);
    expect(Math.sqrt(mean(across.map((value) => value ** 2)))).toBeCloseTo(0.12, 2);
    // No hole along a bridge: every tenth of the gap has points of each arm.
    const cells = new Set(
      gap.map(
        (point) => `${Math.floor((point.r - 1.6) / 0.08)} ${nearestMultiple(unwound(point), turn / 3)}`,
      ),
    );
    expect(cells.size).toBe(30);
  });

  test("have holes: nothing at the center, nothing outside", () => {
    const radii = pointsOf(circles()).map(({ r }) => r);
    expect(Math.min(...radii)).toBeGreaterThan(1 - 5 * 0.12);
    expect(Math.max(...radii)).toBeLessThan(3 + 5 * 0.12);
  });
});

describe("the eight Gaussians", () => {
  test("are equally likely, 45° apart, with 1 − exp(−q²/2) of the mass within q deviations", () => {
    const points = pointsOf(eightGaussians());
    const mode = points.map(({ angle }) => nearestMultiple(angle, turn / 8));
    expectShares(mode, (own) => own, equal(8));
    expectMean(points, ({ r }) => r ** 2, 8 + 0.25);
    const [radius, deviation] = [4 / Math.SQRT2, 0.5 / Math.SQRT2];
    const distances = points.map(({ x, y }, i) => {
      const angle = ((mode[i] ?? 0) * turn) / 8;
      return Math.hypot(x - radius * Math.cos(angle), y - radius * Math.sin(angle)) / deviation;
    });
    for (const q of [0.5, 1, 2]) {
      expectMean(distances, (distance) => (distance < q ? 1 : 0), 1 - Math.exp(-(q ** 2) / 2));
    }
  });
});

describe("the two spirals", () => {
  test("without noise are x = ∓r cos 3r, y = ±r sin 3r up to r = π, both as often", () => {
    const points = pointsOf(twoSpirals({ deviation: 0, thickness: 0 }));
    const arm = points.map(({ x, y, r }) =>
      Math.hypot(x + r * Math.cos(3 * r), y - r * Math.sin(3 * r)) < 1e-5 ? 0 : 1,
    );
    const other = points.filter((_, i) => arm[i] === 1);
    expect(
      Math.max(...other.map(({ x, y, r }) => Math.hypot(x - r * Math.cos(3 * r), y + r * Math.sin(3 * r)))),
    ).toBeLessThan(1e-5);
    expectShares(arm, (own) => own, equal(2));
    // r² is uniform in [0, π²].
    expectShares(points, ({ r }) => Math.floor((r / Math.PI) ** 2 * 9.9999), equal(10));
  });

  test("with noise have mean 0 and the second moment of a quadrature over u", () => {
    const points = pointsOf(twoSpirals());
    expectMean(points, ({ x }) => x, 0);
    expectMean(points, ({ y }) => y, 0);
    const nodes = Array.from({ length: 10_000 }, (_, i) => 3 * Math.PI * Math.sqrt((i + 0.5) / 10_000));
    // |((−n cos n, n sin n) + jitter)/3|² with jitter uniform in [0, ½)², then noise of 0.1.
    const curve = mean(nodes.map((n) => n ** 2 + 0.5 * n * (Math.sin(n) - Math.cos(n)) + 1 / 6));
    expectMean(points, ({ r }) => r ** 2, curve / 9 + 0.02);
  });
});

describe("the moons", () => {
  test("without noise are two half circles of radius 2, each with half of the points", () => {
    const points = pointsOf(moons({ deviation: 0 }));
    const upper = ({ x, y }: { readonly x: number; readonly y: number }): boolean =>
      y >= -0.2 - ON_CURVE && Math.abs(Math.hypot(x + 1, y + 0.2) - 2) < ON_CURVE;
    const lower = ({ x, y }: { readonly x: number; readonly y: number }): boolean =>
      y <= 0.8 + ON_CURVE && Math.abs(Math.hypot(x - 1, y - 0.8) - 2) < ON_CURVE;
    expect(points.every((point) => upper(point) || lower(point))).toBe(true);
    expectShares(points, (point) => (upper(point) ? 0 : 1), equal(2));
    const tenth = ({ x, y }: { readonly x: number; readonly y: number }): number =>
      Math.floor((Math.atan2(y + 0.2, x + 1) / Math.PI) * 9.9999);
    expectShares(points.filter(upper), tenth, equal(10));
  });

  test("have the moments of scikit-learn's moons, times 2, moved by (-1, -0.2)", () => {
    const points = pointsOf(moons());
    expectMean(points, ({ x }) => x, 0);
    expectMean(points, ({ y }) => y, 0.3);
    expectMean(points, ({ x }) => x ** 2, 3 + 0.04);
    const [sine, square] = [2 / Math.PI, 1 / 2];
    expectMean(
      points,
      ({ y }) => y ** 2,
      2 * (square - 0.2 * sine + 0.01) + 2 * (0.16 - 0.8 * sine + square) + 0.04,
    );
  });
});

describe("the Swiss roll", () => {
  test("without noise has the angle 5r, from 1.5π to 4.5π, evenly", () => {
    const points = pointsOf(swissRoll({ deviation: 0 }));
    expect(Math.max(...points.map(({ r, angle }) => fromMultiple(angle - 5 * r, turn)))).toBeLessThan(1e-5);
    expectShares(points, ({ r }) => Math.floor(((5 * r) / Math.PI - 1.5) / 0.3), equal(10));
  });

  test("with noise has E|p|² = (13/27) (0.9π)² + 2 · 0.2²", () => {
    expectMean(pointsOf(swissRoll()), ({ r }) => r ** 2, (13 / 27) * (0.9 * Math.PI) ** 2 + 0.08);
  });
});
