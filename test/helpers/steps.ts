import type { MeshStep } from "../../src/ode/internal.js";
import { plainAlgebra, type VectorField } from "../../src/ode/methods/algebra.js";
import { type LinearMethod, linearSteps } from "../../src/ode/methods/linear-method.js";

/** States at all mesh points, the first among them: one more than steps. */
export function statesOf(
  method: LinearMethod,
  field: VectorField<Float64Array, number>,
  steps: readonly MeshStep<number>[],
  y0: Float64Array,
): Float64Array[] {
  return [y0, ...Array.from(linearSteps(method, field, plainAlgebra, steps, y0), ({ y1 }) => y1)];
}

/** The last of them. */
export const endOf = (...solve: Parameters<typeof statesOf>): Float64Array =>
  statesOf(...solve).at(-1) ?? solve[3];
