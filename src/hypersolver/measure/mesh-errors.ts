import {
  type AdaptiveMethod,
  compileSolve,
  type Field,
  type FixedMethod,
  orThrow,
  type Span,
} from "../../ode/index.js";
import { planMesh } from "../../ode/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../tensor/index.js";
import { compileReference } from "../reference/reference.js";
import type { Samples } from "../states/states.js";
import { type StateErrors, stateErrors } from "./measure.js";

/** How far a solve is from the reference at one mesh point. */
export interface MeshPointError {
  readonly s: number;
  /** Euclidean, sample by sample. */
  readonly errors: StateErrors;
  /** |z_k − z(s_k)| by element, of the states' shape [n, …], float32: the error map of an image. */
  readonly absolute: Tensor;
}

/**
 * Reference states at every mesh point, on which the solver lands exactly.
 * @returns one tensor a mesh point, the initial states first.
 */
export async function referenceStates(
  field: Field,
  mesh: readonly number[],
  samples: Samples,
  method: AdaptiveMethod,
  options: CompileOptions = {},
): Promise<Tensor[]> {
  const reference = await compileReference(field, method, options);
  try {
    return await reference.states(samples.z0, mesh, samples.controls);
  } finally {
    await reference.dispose();
  }
}

/**
 * The global error of a fixed-step method by mesh point (Poli et al., 2020, figures 3, 4, 9 and 10). Give the few samples
 * that are to be drawn: all maps are kept.
 * @param reference of `referenceStates` at the method's mesh points and on the same samples.
 * @throws NON_FINITE when the method breaks.
 */
export async function meshErrors(
  field: Field,
  method: FixedMethod,
  span: Span,
  samples: Samples,
  reference: readonly Tensor[],
  options: CompileOptions = {},
): Promise<MeshPointError[]> {
  const { mesh } = planMesh(method.grid, { span });
  const solve = await compileSolve(field, { ...options, method: method.withGrid({ mesh }) });
  try {
    const { states } = orThrow(await solve.run(samples.z0, samples.controls));
    return states.map((state, k) => {
      const exact = reference[k] ?? state;
      return { s: mesh[k] ?? Number.NaN, errors: stateErrors(state, exact), absolute: gap(state, exact) };
    });
  } finally {
    await solve.dispose();
  }
}

function gap(state: Tensor, exact: Tensor): Tensor {
  const b = toFloat64(exact);
  return fromNumbers(
    toFloat64(state).map((a, i) => Math.abs(a - (b[i] ?? 0))),
    state.shape,
  );
}
