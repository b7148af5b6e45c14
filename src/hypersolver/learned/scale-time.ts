import type { Operand } from "../../graph/index.js";
import type { NonStationaryCoefficients } from "../../ode/index.js";
import { exponential, inSpan, over, plus, times } from "./operands.js";

/** How far a number is from the identity's, by name. */
type Deviation = (name: string) => Operand;

/** A transformation x̄(r) = s(r) x(t(r)) at one place r of a method that solves for x̄. */
export interface ScaledTime {
  /** t(r), a share of the span. */
  readonly time: Operand;
  /** t'(r). */
  readonly rate: Operand;
  /** s(r), positive; 1 at r = 0. */
  readonly scale: Operand;
  /** s'(r)/s(r). */
  readonly growth: Operand;
}

/**
 * The coefficients with which a method solves dx̄/dr = (s'/s) x̄ + t' s f(t, x̄/s) in place of dx/dt = f(t, x): a scale-time
 * transformation of it. Source: N. Shaul et al., Bespoke Solvers for Generative Flow Models, ICLR 2024. States go on from
 * where the method's go on from, so that the identity leaves the coefficients of a Runge–Kutta method as they are, bit for
 * bit; those of a method that remembers evaluations from before, from the first state.
 * @param base coefficients of a method, without scales.
 * @param at the transformation at every evaluation and, last, at the end of the span.
 */
export function scaleTimeCoefficients(
  { rows }: NonStationaryCoefficients,
  at: readonly ScaledTime[],
): NonStationaryCoefficients<Operand> {
  const moved: Form[] = [];
  for (const [i, { from, weights }] of rows.entries()) {
    const seen = weights.flatMap((weight, j) => (weight === 0 ? [] : [j]));
    const anchor = seen.every((j) => formOver(moved, j, from) !== undefined) ? from : 0;
    const size = at[i + 1]?.scale ?? 1;
    const row = sized(formOver(moved, from, anchor), at[from]?.scale ?? 1);
    const sums: Operand[] = Array.from({ length: i + 1 }, (_, j) => row.weights[j] ?? 0);
    let { scale } = row;
    for (const j of seen) {
      const { rate, scale: own, growth } = at[j] as ScaledTime;
      const weight = times(weights[j] ?? 0, own);
      const state = sized(formOver(moved, j, anchor), times(weight, growth));
      scale = plus(scale, state.scale);
      for (const [k, part] of state.weights.entries()) sums[k] = plus(sums[k] ?? 0, part);
      sums[j] = plus(sums[j] ?? 0, times(weight, rate));
    }
    moved.push({ from: anchor, scale: over(scale, size), weights: sums.map((sum) => over(sum, size)) });
  }
  return { times: at.slice(0, -1).map(({ time }) => time), rows: moved };
}

type Form = NonStationaryCoefficients<Operand>["rows"][number];
type Parts = Pick<Form, "scale" | "weights">;

/** State j as a multiple of an earlier state and evaluations; undefined where it does not descend from that. */
function formOver(rows: readonly Form[], j: number, anchor: number): Parts | undefined {
  if (j === anchor) return { scale: 1, weights: [] };
  const row = rows[j - 1];
  if (j < anchor || row === undefined) return undefined;
  const before = formOver(rows, row.from, anchor);
  if (before === undefined) return undefined;
  const { scale, weights } = sized(before, row.scale);
  return { scale, weights: row.weights.map((weight, k) => plus(weights[k] ?? 0, weight)) };
}

function sized(form: Parts | undefined, factor: Operand): Parts {
  const { scale, weights } = form ?? { scale: 1, weights: [] };
  return { scale: times(factor, scale), weights: weights.map((weight) => times(factor, weight)) };
}

/** Four numbers an evaluation, 4n − 1 in all: `time 1`, `rate 0`, `size 1`, `growth 0`. */
export function bespokeAt(places: readonly number[], freeTimes: boolean, deviation: Deviation): ScaledTime[] {
  const evaluated = places.map(
    (place, j): ScaledTime => ({
      time: freeTimes && j > 0 ? inSpan(plus(place, deviation(`time ${j}`))) : place,
      rate: freeTimes ? plus(1, deviation(`rate ${j}`)) : 1,
      scale: j > 0 ? exponential(deviation(`size ${j}`)) : 1,
      growth: deviation(`growth ${j}`),
    }),
  );
  const end = exponential(deviation(`size ${places.length}`));
  return [...evaluated, { time: 1, rate: 1, scale: end, growth: 0 }];
}

/** Of the curves. */
const DEGREE = 6;

/**
 * t(r) − r and log s(r) as Bézier curves, which keep the method a consistent one: 11 numbers whatever the evaluations, `time 1` …
 * `time 5` and `size 1` … `size 6`. Source: BézierFlow, arXiv 2512.13255, without its schedule of noise.
 */
export function bezierAt(places: readonly number[], freeTimes: boolean, deviation: Deviation): ScaledTime[] {
  const free = (name: string, count: number): Operand[] =>
    Array.from({ length: DEGREE }, (_, k) => (k < count ? deviation(`${name} ${k + 1}`) : 0));
  const controls = {
    time: [0, ...free("time", freeTimes ? DEGREE - 1 : 0)],
    size: [0, ...free("size", DEGREE)],
  };
  return [...places, 1].map((place): ScaledTime => {
    const value = basis(DEGREE, place);
    const slope = slopes(DEGREE, place);
    return {
      time: place === 0 || place === 1 ? place : inSpan(plus(place, combined(value, controls.time))),
      rate: plus(1, combined(slope, controls.time)),
      scale: exponential(combined(value, controls.size)),
      growth: combined(slope, controls.size),
    };
  });
}

const combined = (weights: readonly number[], values: readonly Operand[]): Operand =>
  weights.reduce<Operand>((sum, weight, k) => plus(sum, times(weight, values[k] ?? 0)), 0);

/** Bernstein's polynomials of a degree at r. */
function basis(degree: number, r: number): number[] {
  let values = [1];
  for (let d = 1; d <= degree; d++)
    values = Array.from({ length: d + 1 }, (_, k) => r * (values[k - 1] ?? 0) + (1 - r) * (values[k] ?? 0));
  return values;
}

/** Their derivatives. */
function slopes(degree: number, r: number): number[] {
  const lower = basis(degree - 1, r);
  return Array.from({ length: degree + 1 }, (_, k) => degree * ((lower[k - 1] ?? 0) - (lower[k] ?? 0)));
}
