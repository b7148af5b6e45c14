/**
 * What the Runge–Kutta interpreter needs to know about states `Y` and scalars `S`. Plain arrays implement it
 * here; symbolic graph nodes implement it elsewhere, so that one interpreter serves both.
 */
export interface Algebra<Y, S> {
  /** Stage time s + c·dt. */
  time(s: S, c: Coefficient<S>, dt: S): S;
  /** y + dt Σ c_i k_i over the stages given; zero coefficients are skipped, missing ones count as zero. */
  combine(y: Y, dt: S, coefficients: readonly Coefficient<S>[], k: readonly Y[]): Y;
  /** dt Σ c_i k_i: the same sum without a base, for error estimates. `k` is never empty. */
  increment(dt: S, coefficients: readonly number[], k: readonly Y[]): Y;
  /** factor·y; y itself for the number 1. */
  scale(y: Y, factor: Coefficient<S>): Y;
  /** y + factor (to − from): y moved along with a change elsewhere. */
  move(y: Y, factor: number, from: Y, to: Y): Y;
  /** −dt. */
  negative(dt: S): S;
}

/** A coefficient of a method: a number, or a scalar of the algebra where it is learned or told from outside. */
export type Coefficient<S> = number | S;

/** The right-hand side: dy/ds = f(s, y). */
export type VectorField<Y, S> = (s: S, y: Y) => Y;

/** States as float64 arrays, scalars as numbers. Every result is a new array. */
export const plainAlgebra: Algebra<Float64Array, number> = {
  time: (s, c, dt) => s + c * dt,
  combine: (y, dt, coefficients, k) => {
    const sum = weightedSum(y.length, dt, coefficients, k);
    for (let i = 0; i < sum.length; i++) sum[i] = (y[i] ?? 0) + (sum[i] ?? 0);
    return sum;
  },
  increment: (dt, coefficients, k) => weightedSum(k[0]?.length ?? 0, dt, coefficients, k),
  scale: (y, factor) => (factor === 1 ? y : y.map((value) => factor * value)),
  move: (y, factor, from, to) => y.map((value, i) => value + factor * ((to[i] ?? 0) - (from[i] ?? 0))),
  negative: (dt) => -dt,
};

/** The small terms are added up before they meet the large state: one rounding at the state's magnitude. */
function weightedSum(
  length: number,
  dt: number,
  coefficients: readonly number[],
  k: readonly Float64Array[],
): Float64Array {
  const sum = new Float64Array(length);
  k.forEach((stage, j) => {
    const weight = dt * (coefficients[j] ?? 0);
    if (weight === 0) return;
    for (let i = 0; i < length; i++) sum[i] = (sum[i] ?? 0) + weight * (stage[i] ?? 0);
  });
  return sum;
}
