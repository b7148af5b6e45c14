import type { ButcherTableau } from "../../src/ode/index.js";
import type { Algebra, VectorField } from "../../src/ode/methods/algebra.js";
import { fixedSteps } from "../../src/ode/plain/fixed-grid.js";
import type { MeshStep } from "../../src/ode/problem/mesh.js";

/** States at all mesh points, the initial one included: one more than steps. No step yields `[y0]`. */
export function integrateFixed<Y, S>(
  tableau: ButcherTableau,
  field: VectorField<Y, S>,
  algebra: Algebra<Y, S>,
  steps: Iterable<MeshStep<S>>,
  y0: Y,
): readonly Y[] {
  const states = [y0];
  for (const { y1 } of fixedSteps(tableau, field, algebra, steps, y0)) states.push(y1);
  return states;
}
