import {
  add,
  broadcastLike,
  concatColumns,
  constant,
  cos,
  evaluateGraph,
  less,
  mul,
  type Node,
  sin,
  sub,
  trace,
  where,
} from "../graph/index.js";
import { fail, fromNumbers, type Tensor, toFloat64 } from "../tensor/index.js";

/** Functions φ₁ … φ_K of the depth s, in which weights that vary with it are expanded. */
export interface DepthBasis {
  /** For people: `fourier(5)`. */
  readonly name: string;
  /** K. */
  readonly size: number;
  /** Range of s that the functions are meant for: first values of weights are scaled by their mean square over it. */
  readonly span: readonly [number, number];
  /** Their values side by side: s [n, 1] -> [n, K]. */
  at(s: Node): Node;
}

/** How far a Fourier basis goes. */
export interface FourierOptions {
  /** H: waves a period of the fastest; K = 2H + 1. */
  readonly harmonics: number;
  /** Of the slowest, in s. Default 1. */
  readonly period?: number;
}

/** How far a basis of polynomials goes. */
export interface PolynomialOptions {
  /** Of the last; K = degree + 1. */
  readonly degree: number;
  /** Where s runs. Default [0, 1]. */
  readonly span?: readonly [number, number];
}

/** How fine a basis of steps is. */
export interface PiecewiseOptions {
  /** Equal pieces of the span: K. */
  readonly pieces: number;
  /** Where s runs. Default [0, 1]. */
  readonly span?: readonly [number, number];
}

/**
 * 1, cos(2πks/T), sin(2πks/T), k = 1 … H, the constant and all cosines first.
 * @throws INVALID_ARGUMENT unless H is a whole number of at least 0 and T a positive one.
 */
export function fourierBasis({ harmonics, period = 1 }: FourierOptions): DepthBasis {
  requireCount("fourierBasis: harmonics", harmonics, 0);
  if (!(period > 0 && period < Infinity))
    throw unusable("fourierBasis: period", "a positive number", String(period));
  const frequencies = Array.from({ length: harmonics + 1 }, (_, k) => (2 * Math.PI * k) / period);
  return {
    name: `fourier(${harmonics})`,
    size: 2 * harmonics + 1,
    span: [0, period],
    at: (s) => {
      const cosines = cos(mul(s, row(frequencies, s)));
      return harmonics === 0 ? cosines : concatColumns([cosines, sin(mul(s, row(frequencies.slice(1), s)))]);
    },
  };
}

/**
 * 1, t, t², …, with t = (s − s₀)/(s₁ − s₀).
 * @throws INVALID_ARGUMENT unless the degree is a whole number of at least 0 and the span has a length.
 */
export function polynomialBasis({ degree, span = [0, 1] }: PolynomialOptions): DepthBasis {
  requireCount("polynomialBasis: degree", degree, 0);
  requireSpan("polynomialBasis: span", span);
  return {
    name: `polynomial(${degree})`,
    size: degree + 1,
    span,
    at: (s) => recursive(mul(sub(s, span[0]), 1 / (span[1] - span[0])), degree, (t, last) => mul(t, last)),
  };
}

/**
 * Chebyshev polynomials of the first kind T₀ … T_degree of t = 2(s − s₀)/(s₁ − s₀) − 1: T_{k+1} = 2t T_k − T_{k−1}.
 * @throws INVALID_ARGUMENT as `polynomialBasis`.
 */
export function chebyshevBasis({ degree, span = [0, 1] }: PolynomialOptions): DepthBasis {
  requireCount("chebyshevBasis: degree", degree, 0);
  requireSpan("chebyshevBasis: span", span);
  return {
    name: `chebyshev(${degree})`,
    size: degree + 1,
    span,
    at: (s) =>
      recursive(sub(mul(sub(s, span[0]), 2 / (span[1] - span[0])), 1), degree, (t, last, before) =>
        before === undefined ? t : sub(mul(mul(t, 2), last), before),
      ),
  };
}

/**
 * One where s lies in the k-th of equal pieces of the span, else zero; a border belongs to the piece that it begins, and
 * the outer pieces reach to infinity. At borders the field jumps: fixed steps keep their order where borders are points of
 * their mesh.
 * @throws INVALID_ARGUMENT unless there is a whole number of pieces and the span rises.
 */
export function piecewiseConstantBasis({ pieces, span = [0, 1] }: PiecewiseOptions): DepthBasis {
  requireCount("piecewiseConstantBasis: pieces", pieces, 1);
  requireSpan("piecewiseConstantBasis: span", span);
  if (span[1] < span[0])
    throw unusable("piecewiseConstantBasis: span", "a start before its end", span.join(", "));
  const borders = Array.from(
    { length: pieces - 1 },
    (_, k) => span[0] + ((k + 1) * (span[1] - span[0])) / pieces,
  );
  return {
    name: `piecewise(${pieces})`,
    size: pieces,
    span,
    at: (s) => {
      const one = ones(s);
      if (pieces === 1) return one;
      const entered = where(less(s, row(borders, s)), 0, broadcastLike(one, add(s, row(borders, s))));
      const left = concatColumns([entered, mul(one, 0)]);
      return sub(concatColumns([one, entered]), left);
    },
  };
}

/** Σ_k φ_k², its mean over the span: how much larger than one coefficient a sum of them all is. */
export function meanSquareOf({ span, at }: DepthBasis): number {
  const places = Array.from(
    { length: SAMPLES },
    (_, i) => span[0] + ((i + 0.5) / SAMPLES) * (span[1] - span[0]),
  );
  const s = fromNumbers(places, [SAMPLES, 1], "float64");
  const graph = trace({ s }, (nodes) => ({ phi: at(nodes.s) }));
  const values = toFloat64(evaluateGraph(graph, { s }).phi as Tensor);
  return values.reduce((total, value) => total + value * value, 0) / SAMPLES;
}

/** Places in the span that the mean is taken over. */
const SAMPLES = 64;

/** 1, then every next function out of the two before. */
function recursive(t: Node, degree: number, next: (t: Node, last: Node, before?: Node) => Node): Node {
  const parts = [ones(t)];
  for (let k = 1; k <= degree; k++) parts.push(next(t, parts[k - 1] as Node, parts[k - 2]));
  return concatColumns(parts);
}

const row = (values: readonly number[], like: Node): Node =>
  constant(fromNumbers(values, [1, values.length], like.dtype));

const ones = (s: Node): Node => broadcastLike(row([1], s), s);

function requireCount(what: string, count: number, least: number): void {
  if (!Number.isInteger(count) || count < least)
    throw unusable(what, `a whole number, at least ${least}`, String(count));
}

function requireSpan(what: string, span: readonly [number, number]): void {
  if (!Number.isFinite(span[1] - span[0]) || span[0] === span[1])
    throw unusable(what, "two different numbers", span.join(", "));
}

const unusable = (what: string, expected: string, received: string): Error =>
  fail("INVALID_ARGUMENT", { what, expected, received });
