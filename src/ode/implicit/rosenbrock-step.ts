import { plainAlgebra } from "../methods/algebra.js";
import type { RosenbrockTableau } from "../methods/rosenbrock/tableau.js";
import { decompose } from "./linear-systems.js";
import type { Linearization, LinearizedField } from "./linearized-field.js";

/** A step about to be taken. */
interface RosenbrockSite {
  readonly s: number;
  readonly dt: number;
  readonly y: Float64Array;
  /** f(s, y). */
  readonly k0: Float64Array;
  readonly linear: Linearization;
}

/** What a step gave: the new state, y1 − ŷ1, and the increments U that both are made of. */
interface RosenbrockStep {
  readonly y1: Float64Array;
  readonly error: Float64Array;
  readonly stages: readonly Float64Array[];
}

/** One step, by formula of `RosenbrockTableau`: one decomposition a sample, and a solve and an evaluation of f a stage. */
export async function rosenbrockStep(
  { a, C, b, bError, c, d, gamma }: RosenbrockTableau,
  field: LinearizedField,
  { s, dt, y, k0, linear }: RosenbrockSite,
): Promise<RosenbrockStep> {
  const systems = decompose(shifted(linear.jacobian, 1 / (dt * gamma), field.width), field.width);
  const stages: Float64Array[] = [];
  for (const [i, row] of a.entries()) {
    const at = plainAlgebra.combine(y, 1, row, stages);
    const k = i === 0 ? k0 : await field.evaluate(s + (c[i] ?? 0) * dt, at);
    const known = plainAlgebra.combine(k, 1 / dt, C[i] ?? [], stages);
    const stage = plainAlgebra.combine(known, dt, [d[i] ?? 0], [linear.rate]);
    systems.solve(stage);
    stages.push(stage);
  }
  return {
    y1: plainAlgebra.combine(y, 1, b, stages),
    error: plainAlgebra.increment(1, bError, stages),
    stages,
  };
}

/** shift·I − J of every sample. */
function shifted(jacobian: Float64Array, shift: number, width: number): Float64Array {
  const matrices = jacobian.map((value) => -value);
  for (let i = 0; i < matrices.length; i += width * width)
    for (let k = 0; k < width; k++) {
      const at = i + k * (width + 1);
      matrices[at] = (matrices[at] ?? 0) + shift;
    }
  return matrices;
}

/** The state at s + theta·dt inside a step, of order 3. */
export function insideStep(
  { dense: [first, second] }: RosenbrockTableau,
  theta: number,
  { y0, y1, stages }: Pick<RosenbrockStep, "y1" | "stages"> & { readonly y0: Float64Array },
): Float64Array {
  const weights = first.map((weight, i) => weight + theta * (second[i] ?? 0));
  const bend = plainAlgebra.increment(theta * (1 - theta), weights, stages);
  return bend.map((value, i) => value + (1 - theta) * (y0[i] ?? 0) + theta * (y1[i] ?? 0));
}
