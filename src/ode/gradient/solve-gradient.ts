import type { NamedTensors } from "../../runtime/index.js";
import { fail, type Tensor } from "../../tensor/index.js";
import { compiledSolveNames, prepared } from "../compiled/compiled-options.js";
import type { FieldSolution } from "../compiled/compiled-solve.js";
import type { Field } from "../field/field.js";
import { withOpenParameters } from "../field/open-parameters.js";
import { resolveMethod } from "../methods/method-of.js";
import { checkOptionNames } from "../problem/option-names.js";
import { orThrow, type SolveStatistics } from "../problem/solution.js";
import { compileContinuousGradient } from "./continuous-gradient.js";
import { cotangentsOf, type LossCotangent } from "./cotangents.js";
import { compileDiscreteGradient } from "./discrete-gradient.js";
import { type GradientOptions, refuseOvershoot } from "./gradient-options.js";

/** Values that may differ from run to run. */
interface GradientInputs {
  /** Values of the field's controls. */
  readonly controls?: NamedTensors;
  /** Values of parameters, where they differ from those that the field holds. */
  readonly parameters?: NamedTensors;
}

/** A solve and the gradient of a loss through it. */
export interface SolveGradient {
  readonly solution: FieldSolution;
  /** With respect to the initial state. */
  readonly z0: Tensor;
  /** With respect to every float parameter of the field, by name. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** With respect to every float control, by name. */
  readonly controls: Readonly<Record<string, Tensor>>;
  /** What the way back cost. Its evaluations are of f together with its vector–Jacobian product. */
  readonly backward: SolveStatistics;
}

/** A differentiable solve, compiled once, for many states, weights and losses. */
export interface CompiledGradient {
  /**
   * @throws SHAPE_MISMATCH when a cotangent does not have its state's shape; INVALID_ARGUMENT for parameters that the
   *   field does not have; STEP_LIMIT, STEP_UNDERFLOW, NON_FINITE, INTERRUPTED when the solve or the way back fails (see
   *   `orThrow`): there is no gradient of half a solve.
   */
  run(z0: Tensor, cotangent: LossCotangent, inputs?: GradientInputs): Promise<SolveGradient>;
  dispose(): Promise<void>;
}

/**
 * Prepares a solve and the way back over it: exact for the steps that were taken (`compileDiscreteGradient`, the
 * default), or by the adjoint equation (`compileContinuousGradient`); see `GradientOptions.adjoint`. Parameters are
 * inputs of all programs, so training compiles nothing anew. `onStep` sees the forward solve.
 * @throws INVALID_ARGUMENT when options are unusable or contradict each other.
 */
export async function compileGradient(field: Field, options: GradientOptions): Promise<CompiledGradient> {
  checkOptionNames("compileGradient", options, { ...compiledSolveNames, adjoint: true });
  const { adjoint = "discrete" } = options;
  refuseOvershoot(resolveMethod(options.method));
  const open = withOpenParameters(field);
  const weights = Object.keys(field.parameters);
  const solve =
    adjoint === "discrete"
      ? await compileDiscreteGradient(open, options)
      : await compileContinuousGradient(
          open,
          weights,
          options,
          adjoint === "continuous" ? { kind: adjoint } : adjoint,
        );
  return {
    run: async (z0, cotangent, { controls = {}, parameters = {} } = {}) => {
      checkNames(field, parameters);
      const start = prepared(field, z0);
      const run = await solve.run(start, { ...controls, ...field.parameters, ...parameters });
      const { states } = orThrow(run.solution);
      const { sums, ...back } = await run.pullBack(await cotangentsOf(cotangent, states));
      const among = (names: readonly string[]): Record<string, Tensor> =>
        Object.fromEntries(Object.entries(sums).filter(([name]) => names.includes(name)));
      return {
        solution: run.solution,
        z0: back.z0,
        parameters: among(weights),
        controls: among(field.roles.controls),
        backward: back.statistics,
      };
    },
    dispose: () => solve.dispose(),
  };
}

/** Compiles, runs once and disposes. Sessions stay cached for the next call of the same shape. */
export async function gradientThroughSolve(
  field: Field,
  z0: Tensor,
  options: GradientOptions & GradientInputs,
  cotangent: LossCotangent,
): Promise<SolveGradient> {
  const { controls = {}, parameters = {}, ...rest } = options;
  const solve = await compileGradient(field, rest);
  try {
    return await solve.run(z0, cotangent, { controls, parameters });
  } finally {
    await solve.dispose();
  }
}

/** A misspelt weight would leave the field's own in its place, and nobody would see. */
function checkNames(field: Field, parameters: NamedTensors): void {
  const known = Object.keys(field.parameters);
  const unknown = Object.keys(parameters).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw fail("INVALID_ARGUMENT", {
    what: "parameters",
    expected: `names among ${known.join(", ") || "none: this field has no parameters"}`,
    received: unknown.join(", "),
  });
}
