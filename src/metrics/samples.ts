import { fail, formatShape, type Tensor, toFloat64 } from "../tensor/index.js";
import { firstNonFinite } from "../tensor/internal.js";

/** Points of one distribution, in float64. */
export interface Samples {
  /** Coordinates, shape [n, d], row-major. */
  readonly points: Float64Array;
  readonly n: number;
  readonly d: number;
}

/**
 * Reads one set of points.
 *
 * @param value shape [n, d], finite.
 * @param least smallest usable n.
 * @throws SHAPE_MISMATCH unless the rank is 2 and d ≥ 1; INVALID_ARGUMENT for fewer than `least` points;
 *   NON_FINITE if a coordinate is NaN or infinite.
 */
export function samplesOf(value: Tensor, what: string, least: number): Samples {
  const [n = 0, d = 0] = value.shape;
  if (value.shape.length !== 2 || d === 0) {
    throw fail("SHAPE_MISMATCH", { what, expected: "[n, d] with d ≥ 1", received: formatShape(value.shape) });
  }
  if (n < least) {
    const expected = `at least ${least} point${least === 1 ? "" : "s"}`;
    throw fail("INVALID_ARGUMENT", { what, expected, received: `${n}` });
  }
  const broken = firstNonFinite(value);
  if (broken >= 0) {
    throw fail("NON_FINITE", {
      what,
      expected: "finite coordinates",
      received: `${value.data[broken]} in point ${Math.floor(broken / d)}`,
      help: "drop such points first, and report how many there were",
    });
  }
  return { points: toFloat64(value), n, d };
}

/**
 * Reads two sets of points of the same dimension.
 *
 * @throws SHAPE_MISMATCH if the dimensions differ, and as `samplesOf` does.
 */
export function samplePair(a: Tensor, b: Tensor, what: string, least: number): readonly [Samples, Samples] {
  const pair = [samplesOf(a, `${what}: a`, least), samplesOf(b, `${what}: b`, least)] as const;
  if (pair[0].d === pair[1].d) return pair;
  throw fail("SHAPE_MISMATCH", {
    what,
    expected: "two samples of the same dimension",
    received: `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
  });
}

/** The same points in a random order. @param order a permutation of 0 … n-1. */
export function reordered({ points, n, d }: Samples, order: Uint32Array): Samples {
  const moved = new Float64Array(n * d);
  for (const [to, from] of order.entries()) moved.set(points.subarray(from * d, (from + 1) * d), to * d);
  return { points: moved, n, d };
}

/** Points `from` (inclusive) to `to` (exclusive), sharing memory. */
export function slice({ points, d }: Samples, from: number, to: number): Samples {
  return { points: points.subarray(from * d, to * d), n: to - from, d };
}
