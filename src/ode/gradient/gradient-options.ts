import { fail } from "../../tensor/index.js";
import type { CompiledSolveOptions } from "../compiled/compile-solve.js";
import { definedOnly } from "../compiled/compiled-options.js";
import type { Field } from "../field/field.js";
import type { StepRule } from "../methods/step-rule.js";
import type { ButcherTableau } from "../methods/tableau.js";
import { planSolve, type SolvePlan } from "../problem/solve-options.js";

/** Options of a differentiated solve: those of `compileSolve`, and how to go back. */
export interface GradientOptions extends Omit<CompiledSolveOptions, "rule" | "lastStep" | "reuseLastStage"> {
  /** Makes another fixed-step rule than the method's, on the field whose parameters are open to derivatives. */
  readonly rule?: (field: Field) => StepRule;
  /**
   * `"discrete"` (default): the exact gradient of the steps that were taken; memory for one state a step.
   * `"continuous"`: the adjoint equation, solved backwards; memory for the requested states only, an error of the order
   * of the tolerances. Its own options come as an object.
   */
  readonly adjoint?: "discrete" | "continuous" | ContinuousAdjoint;
}

/**
 * How the adjoint equation is solved. What is not said here is as in the forward solve: its fixed steps in reverse, or
 * its step control, restarted at every requested time.
 */
export interface ContinuousAdjoint {
  readonly kind: "continuous";
  /** Name, alias or tableau. */
  readonly method?: string | ButcherTableau;
  /** Relative tolerance of a step. */
  readonly rtol?: number;
  /** Absolute tolerance of a step. */
  readonly atol?: number;
  /** Attempted steps of the whole way back. */
  readonly maxSteps?: number;
  /**
   * What error control sees. `"full"` (default, as in torchdiffeq): the largest of the RMS norms of z, of its adjoint
   * and of the sum of each parameter. `"seminorm"`: z and its adjoint alone; the sums influence nothing, and fewer steps
   * do. The sums of controls never count.
   * Reference: P. Kidger, R. T. Q. Chen, T. Lyons, "Hey, that's not an ODE": Faster ODE Adjoints via Seminorms, ICML 2021.
   */
  readonly norm?: "full" | "seminorm";
}

/**
 * The plan of the way back.
 * @param forward the plan of the solve.
 * @throws INVALID_ARGUMENT when options are unusable, or ask for step control over fixed steps.
 */
export function planBackward(
  forward: SolvePlan,
  { method, norm, ...control }: ContinuousAdjoint,
  options: GradientOptions,
): SolvePlan {
  const times = [...forward.times].reverse();
  const tableau = method ?? forward.tableau;
  if (forward.kind === "adaptive") {
    const { rtol, atol } = forward;
    const { rtol: ownRtol = rtol, atol: ownAtol = atol, maxSteps = options.maxSteps } = control;
    const limits = definedOnly({ maxSteps });
    return planSolve({ times, method: tableau, rtol: ownRtol, atol: ownAtol, ...limits });
  }
  const { rtol, atol, maxSteps } = control;
  const unusable = Object.keys(definedOnly({ rtol, atol, maxSteps, norm }));
  if (unusable.length === 0)
    return { ...planSolve({ mesh: [...forward.mesh].reverse(), method: tableau }), times };
  throw fail("INVALID_ARGUMENT", {
    what: `adjoint: ${unusable.join(", ")}`,
    expected: "options of step control only where the forward solve has it",
    received: "fixed steps, which the way back takes in reverse",
    help: "drop steps and mesh to let tolerances choose the steps",
  });
}
