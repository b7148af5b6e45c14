import type { Algebra, VectorField } from "../methods/algebra.js";
import { type RungeKuttaStep, rungeKuttaStep } from "../methods/runge-kutta.js";
import { type ButcherTableau, withoutErrorControl } from "../methods/tableau.js";
import type { MeshStep } from "../problem/mesh.js";

/** A finished step of a fixed-step solve. */
interface FixedStep<Y, S> extends MeshStep<S>, RungeKuttaStep<Y> {
  /** State at s. */
  readonly y0: Y;
}

/**
 * Takes the given steps one after another, lazily: whoever iterates may look at each step and stop.
 * Costs exactly `fixedStepNfe(tableau, steps.length)` evaluations when iterated to the end. `stages` are those of the
 * method without error control (an FSAL tableau has no last stage here).
 * @param steps where each step starts and how long it is; numbers, or graph nodes to unroll the solve into a graph.
 */
export function* fixedSteps<Y, S>(
  tableau: ButcherTableau,
  field: VectorField<Y, S>,
  algebra: Algebra<Y, S>,
  steps: Iterable<MeshStep<S>>,
  y0: Y,
): Generator<FixedStep<Y, S>, void, undefined> {
  const method = withoutErrorControl(tableau);
  let y = y0;
  for (const { s, dt } of steps) {
    const step = rungeKuttaStep(method, field, algebra, s, dt, y);
    yield { s, dt, y0: y, ...step };
    y = step.y1;
  }
}

/** Evaluations of f in a fixed-step solve: stages times steps, without the stage that only error control needs. */
export function fixedStepNfe(tableau: ButcherTableau, steps: number): number {
  return (tableau.stages - (tableau.fsal ? 1 : 0)) * steps;
}
