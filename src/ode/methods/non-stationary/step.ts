import type { MeshStep } from "../../problem/mesh.js";
import type { Algebra, Coefficient, VectorField } from "../algebra.js";
import type { RungeKuttaStep } from "../runge-kutta.js";
import type { NonStationaryCoefficients } from "./coefficients.js";

/** What happens to a state that was combined, before anything else sees it. @param index from 1 on. */
export type StateChange<Y> = (state: Y, index: number) => Y;

/**
 * A solve by non-stationary coefficients, over plain arrays or graph nodes; they may be nodes themselves.
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
