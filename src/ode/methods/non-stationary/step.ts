import type { MeshStep } from "../../problem/mesh.js";
import type { Algebra, Coefficient, VectorField } from "../algebra.js";
import type { RungeKuttaStep } from "../runge-kutta.js";
import type { NonStationaryCoefficients } from "./coefficients.js";

/** Changes a combined state before anything else sees it, as corrections do. @param index of the state, from 1 on. */
export type StateChange<Y> = (state: Y, index: number) => Y;

/**
 * A whole solve by non-stationary coefficients, which are numbers or graph nodes; states are plain arrays or nodes.
 * @param y state at s, where the solve begins; dt is its span.
 * @param change default: none.
 */
export function nonStationaryStep<Y, S>(
  { times, rows }: NonStationaryCoefficients<Coefficient<S>>,
  field: VectorField<Y, S>,
  algebra: Algebra<Y, S>,
  { s, dt, y }: MeshStep<S> & { readonly y: Y },
  change: StateChange<Y> = (state) => state,
): RungeKuttaStep<Y> {
  const states = [y];
  const stages: Y[] = [];
  for (const [i, { from, scale, weights }] of rows.entries()) {
    stages.push(field(algebra.time(s, times[i] ?? 0, dt), states[i] ?? y));
    const combined = algebra.combine(algebra.scale(states[from] ?? y, scale), dt, weights, stages);
    states.push(change(combined, i + 1));
  }
  return { y1: states.at(-1) ?? y, stages };
}
