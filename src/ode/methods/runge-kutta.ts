import type { Algebra, VectorField } from "./algebra.js";
import type { AdaptiveTableau, ButcherTableau } from "./tableau.js";

/** One step: the new state, and the values of f that it was made of (`stages[i]` = k_i). */
export interface RungeKuttaStep<Y> {
  readonly y1: Y;
  readonly stages: readonly Y[];
}

/** A step about to be taken. */
interface RungeKuttaSite<Y, S> {
  /** Depth (time) at the start of the step. */
  readonly s: S;
  /** Step size; negative to go backwards. */
  readonly dt: S;
  /** State at s; any shape the algebra combines. */
  readonly y: Y;
  /** f(s, y) when already known; the first stage is then not evaluated again. */
  readonly k0?: Y | undefined;
}

/** One step of an embedded pair: also y1 - ŷ1, elementwise. */
interface EmbeddedStep<Y> extends RungeKuttaStep<Y> {
  readonly error: Y;
}

/**
 * The one interpreter of Butcher tableaus, over plain arrays or graph nodes alike:
 * k_i = f(s + c_i dt, y + dt Σ_j a_ij k_j),  y1 = y + dt Σ_i b_i k_i.
 * @returns the new state and all stages; costs `tableau.stages` evaluations of f, one less with `k0`.
 * Reference: E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., eq. II.1.8.
 */
export function rungeKuttaStep<Y, S>(
  tableau: ButcherTableau,
  field: VectorField<Y, S>,
  algebra: Algebra<Y, S>,
  { s, dt, y, k0 }: RungeKuttaSite<Y, S>,
): RungeKuttaStep<Y> {
  const stages: Y[] = [];
  let argument = y;
  tableau.a.forEach((row, i) => {
    if (i > 0) argument = algebra.combine(y, dt, row, stages);
    const known = i === 0 ? k0 : undefined;
    stages.push(known ?? field(algebra.time(s, tableau.c[i] ?? 0, dt), argument));
  });
  const y1 = tableau.fsal ? argument : algebra.combine(y, dt, tableau.b, stages);
  return { y1, stages };
}

/** `rungeKuttaStep` of a pair, with its error estimate dt Σ bError_i k_i = y1 - ŷ1. */
export function embeddedStep<Y, S>(
  tableau: AdaptiveTableau,
  field: VectorField<Y, S>,
  algebra: Algebra<Y, S>,
  site: RungeKuttaSite<Y, S>,
): EmbeddedStep<Y> {
  const step = rungeKuttaStep(tableau, field, algebra, site);
  return { ...step, error: algebra.increment(site.dt, tableau.bError, step.stages) };
}

/**
 * The error estimate dt Σ bError_i k_i = y1 − ŷ1 of a step that was taken without it: an FSAL pair evaluates f once more,
 * at (s + dt, y1).
 * @param stages those of `withoutErrorControl(tableau)`.
 */
export function embeddedError<Y, S>(
  tableau: AdaptiveTableau,
  field: VectorField<Y, S>,
  algebra: Algebra<Y, S>,
  { s, dt }: Pick<RungeKuttaSite<Y, S>, "s" | "dt">,
  { y1, stages }: RungeKuttaStep<Y>,
): Y {
  const all = tableau.fsal ? [...stages, field(algebra.time(s, 1, dt), y1)] : stages;
  return algebra.increment(dt, tableau.bError, all);
}
