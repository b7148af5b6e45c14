import { fail } from "../../tensor/index.js";
import type { CompiledSolveOptions } from "../compiled/compiled-solve.js";
import { type AdaptiveMethod, type Method, requireExplicit } from "../methods/method.js";
import { requireTableau, resolveMethod } from "../methods/method-of.js";
import type { ButcherTableau } from "../methods/tableau.js";
import { type PlannedMesh, planMesh, requestedTimes, type SolvePlace } from "../problem/grid.js";

/** Options of a differentiated solve: those of `compileSolve`, and how to go back. */
export interface GradientOptions extends CompiledSolveOptions {
  /**
   * `"discrete"` (default): the exact gradient of the steps that were taken; memory for one state a step.
   * `"continuous"`: the adjoint equation, solved backwards; memory for the requested states only, an error of the order
   * of the tolerances. Its own options come as an object.
   */
  readonly adjoint?: "discrete" | "continuous" | ContinuousAdjoint | undefined;
}

/** How the adjoint equation is solved. */
export interface ContinuousAdjoint {
  readonly kind: "continuous";
  /**
   * Its own method, of a tableau, or the spelling of one; tolerances that the spelling does not say are those of the forward
   * solve. Default: as in the forward solve, its fixed steps in reverse or its step control, restarted at every requested
   * time. `maxSteps` counts the attempts of the whole way back.
   */
  readonly method?: Method | string;
  /**
   * What error control sees. `"full"` (default, as in torchdiffeq): the largest of the RMS norms of z, of its adjoint
   * and of the sum of each parameter. `"seminorm"`: z and its adjoint alone; the sums influence nothing, and fewer steps
   * do. The sums of controls never count.
   * Reference: P. Kidger, R. T. Q. Chen, T. Lyons, "Hey, that's not an ODE": Faster ODE Adjoints via Seminorms, ICML 2021.
   */
  readonly norm?: "full" | "seminorm";
}

/** The way back: from the last requested time to the first. */
export type BackwardPlan =
  | (PlannedMesh & { readonly kind: "fixed"; readonly tableau: ButcherTableau })
  | { readonly kind: "adaptive"; readonly method: AdaptiveMethod; readonly times: readonly number[] };

/**
 * Plans the way back.
 * @param forward the method of the solve.
 * @throws INVALID_ARGUMENT for a method that is more than a tableau, for an overshot end, or for a norm over fixed steps.
 */
export function planBackward(
  forward: Method,
  { method, norm }: ContinuousAdjoint,
  place: SolvePlace,
): BackwardPlan {
  requireExplicit(forward);
  const there =
    forward.kind === "fixed" ? planMesh(forward.grid, place) : { mesh: [], times: requestedTimes(place) };
  const times = [...there.times].reverse();
  const backward = requireExplicit(
    method === undefined ? forward : resolveMethod(method, forward.kind === "adaptive" ? forward : undefined),
  );
  if (backward.kind === "adaptive") {
    refuseOvershoot(backward);
    return { kind: "adaptive", method: backward, times };
  }
  const tableau = requireTableau(backward, "the adjoint equation has several parts");
  if (norm !== undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "adjoint: norm",
      expected: "step control on the way back: fixed steps measure no error",
      received: backward.text,
      help: "give the adjoint a method of its own, such as dopri5@1e-5",
    });
  const mesh = backward === forward ? [...there.mesh].reverse() : planMesh(backward.grid, { times }).mesh;
  return { kind: "fixed", tableau, mesh, times };
}

/**
 * Gradients need a solve that ends where it was to end.
 * @throws INVALID_ARGUMENT when its last step goes beyond.
 */
export function refuseOvershoot(method: Method): void {
  if (method.kind === "fixed" || method.lastStep !== "overshoot") return;
  throw fail("INVALID_ARGUMENT", {
    what: "lastStep",
    expected: "clip: there is no gradient through a step beyond the end",
    received: "overshoot",
  });
}
