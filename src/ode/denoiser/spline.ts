import { abs, constant, mul, type Node, reduceSum, relu, sign, sub } from "../../graph/index.js";
import { fromNumbers } from "../../tensor/index.js";

/** A smooth function of s on [0, 1]: its value and its derivative. */
export interface Curve {
  readonly value: Node;
  readonly slope: Node;
}

/**
 * The cubic spline through numbers at equal distances over [0, 1], the first at 0, as a graph over a column s [n, 1]: a sum of
 * B-splines, twice differentiable.
 * @param values at least five. Slopes at the ends are those of the quartic through the five numbers there.
 * Reference: C. de Boor, A Practical Guide to Splines, 1978, chapters IV and IX.
 */
export function splineCurve(values: readonly number[]): (s: Node) => Curve {
  const weights = splineWeights(values);
  const pieces = values.length - 1;
  const row = (numbers: readonly number[], { dtype }: Node): Node =>
    constant(fromNumbers(numbers, [1, numbers.length], dtype === "float64" ? "float64" : "float32"));
  const knots = weights.map((_, k) => k - 1);
  return (s) => {
    const offset = sub(mul(s, pieces), row(knots, s));
    const distance = abs(offset);
    const [outer, inner] = [relu(sub(2, distance)), relu(sub(1, distance))];
    const [outer2, inner2] = [mul(outer, outer), mul(inner, inner)];
    const bump = sub(mul(mul(outer2, outer), 1 / 6), mul(mul(inner2, inner), 4 / 6));
    const rise = mul(sign(offset), sub(mul(inner2, 2 * pieces), mul(outer2, pieces / 2)));
    const own = row(weights, s);
    return { value: reduceSum(mul(bump, own), [1], true), slope: reduceSum(mul(rise, own), [1], true) };
  };
}

/**
 * The fewest of the given numbers, at equal distances, whose spline gives all of them.
 * @param tolerance of the error over the largest number.
 */
export function fewestOf(values: readonly number[], tolerance: number): readonly number[] {
  const pieces = values.length - 1;
  const allowed = tolerance * Math.max(...values.map(Math.abs));
  for (let own = FEWEST; own <= pieces / 2; own++) {
    if (pieces % own !== 0) continue;
    const chosen = values.filter((_, i) => i % (pieces / own) === 0);
    const curve = splineFunction(chosen);
    if (values.every((value, i) => Math.abs(curve(i / pieces) - value) <= allowed)) return chosen;
  }
  return values;
}

/** Pieces below which there is nothing to save. */
const FEWEST = 8;

/** The spline through numbers at equal distances over [0, 1], the first at 0, as a function of numbers. */
export function splineFunction(values: readonly number[]): (s: number) => number {
  const weights = splineWeights(values);
  const pieces = values.length - 1;
  return (s) => {
    const place = Math.min(1, Math.max(0, s)) * pieces;
    const first = Math.min(Math.floor(place), pieces - 1);
    const t = place - first;
    const [a = 0, b = 0, c = 0, d = 0] = weights.slice(first, first + 4);
    const bumps = [(1 - t) ** 3, 3 * t ** 3 - 6 * t ** 2 + 4, -3 * t ** 3 + 3 * t ** 2 + 3 * t + 1, t ** 3];
    const [p = 0, q = 0, r = 0, u = 0] = bumps;
    return (a * p + b * q + c * r + d * u) / 6;
  };
}

/** Weights of the B-splines centered at −1, 0, …, K + 1 pieces. */
function splineWeights(values: readonly number[]): readonly number[] {
  const last = values.length - 1;
  const at = (i: number): number => values[i] ?? 0;
  // Slopes in units of a piece.
  const start = oneSided([at(0), at(1), at(2), at(3), at(4)]);
  const end = -oneSided([at(last), at(last - 1), at(last - 2), at(last - 3), at(last - 4)]);
  const right = values.map((value) => 6 * value);
  right[0] = 6 * at(0) + 2 * start;
  right[last] = 6 * at(last) - 2 * end;
  const inner = tridiagonal(right);
  const [first = 0, second = 0] = [inner[0], inner[1]];
  const [beforeLast = 0] = [inner[last - 1]];
  return [second - 2 * start, first, ...inner.slice(1), beforeLast + 2 * end];
}

const oneSided = ([a = 0, b = 0, c = 0, d = 0, e = 0]: readonly number[]): number =>
  (-25 * a + 48 * b - 36 * c + 16 * d - 3 * e) / 12;

/** Solves 4 x_0 + 2 x_1 = r_0, x_{k−1} + 4 x_k + x_{k+1} = r_k, 2 x_{n−1} + 4 x_n = r_n. */
function tridiagonal(right: readonly number[]): number[] {
  const last = right.length - 1;
  const upper: number[] = [];
  const reduced: number[] = [];
  for (const [k, value] of right.entries()) {
    const below = k === 0 ? 0 : k === last ? 2 : 1;
    const pivot = 4 - below * (upper[k - 1] ?? 0);
    upper.push((k === 0 ? 2 : 1) / pivot);
    reduced.push((value - below * (reduced[k - 1] ?? 0)) / pivot);
  }
  const solution = [...reduced];
  for (let k = last - 1; k >= 0; k--)
    solution[k] = (reduced[k] ?? 0) - (upper[k] ?? 0) * (solution[k + 1] ?? 0);
  return solution;
}
