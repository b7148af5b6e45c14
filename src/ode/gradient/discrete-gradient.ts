import { runtimeOptions } from "../compiled/compiled-options.js";
import { STATE_INPUT } from "../compiled/compiled-steps.js";
import type { Field } from "../field/field.js";
import { type AdaptiveMethod, type FixedMethod, requireExplicit } from "../methods/method.js";
import { resolveMethod } from "../methods/method-of.js";
import { repeatsStep, type StepScheme, tableauScheme } from "../methods/scheme.js";
import { planMesh, requestedTimes } from "../problem/grid.js";
import { plus } from "./cotangents.js";
import type { DifferentiableSolve, SolvedForward } from "./differentiable-solve.js";
import type { GradientOptions } from "./gradient-options.js";
import { recordedAdaptive, recordedFixed } from "./recorded-solve.js";
import { replayBack } from "./replay.js";
import { compileStepVjps } from "./step-vjp.js";
import { compileUnrolledGradient } from "./unrolled-gradient.js";

/**
 * A solve with its exact reverse (discretize, then optimize). The forward solve keeps the state at step boundaries;
 * backwards, each accepted step is replayed and its vector–Jacobian product taken, one program run a step:
 * λ_k = (∂z_{k+1}/∂z_k)ᵀ λ_{k+1},  dL/dθ = Σ_k (∂z_{k+1}/∂θ)ᵀ λ_{k+1}. Step sizes count as constants. Memory grows with
 * the number of steps by one state each.
 *
 * Adaptive solves restart at every requested time (Hairer's first step again: 2 evaluations of f a segment), and a pair
 * that is not FSAL does not reuse its last stage. With `parallel: "batch"` every thread goes back with rows of its own.
 * A method that repeats no step goes back in one program: see `compileUnrolledGradient`.
 * @param field with open parameters.
 * @throws INVALID_ARGUMENT when options are unusable or contradict each other.
 */
export async function compileDiscreteGradient(
  field: Field,
  options: GradientOptions,
): Promise<DifferentiableSolve> {
  const method = requireExplicit(resolveMethod(options.method));
  const scheme = method.kind === "fixed" ? method.scheme(field) : tableauScheme(field, method.tableau);
  if (method.kind === "fixed" && !repeatsStep(scheme)) return compileUnrolledGradient(field, method, options);
  return compileStepwise(field, method, scheme as StepScheme, options);
}

async function compileStepwise(
  field: Field,
  method: FixedMethod | AdaptiveMethod,
  scheme: StepScheme,
  options: GradientOptions,
): Promise<DifferentiableSolve> {
  const forward =
    method.kind === "fixed"
      ? await recordedFixed(field, method, planMesh(method.grid, options), options)
      : await recordedAdaptive(field, method, requestedTimes(options), options);
  const backward = await compileStepVjps(field, scheme, runtimeOptions(options));
  return {
    run: async (start, controls) => {
      const record = await forward.run(start, controls);
      const pullBack: SolvedForward["pullBack"] = async (cotangents) => {
        const startedAt = performance.now();
        const { steps, stepsBefore } = record;
        const replay = { steps, stepsBefore, start, cotangents, controls, signal: options.signal };
        const { z, sums } = await replayBack(backward, field, replay);
        const { [STATE_INPUT]: ofStart, ...others } = sums;
        const acceptedSteps = steps.length;
        const milliseconds = performance.now() - startedAt;
        const statistics = {
          nfe: scheme.cost(acceptedSteps).nfe,
          acceptedSteps,
          rejectedSteps: 0,
          milliseconds,
        };
        return { z0: plus(z, ofStart), sums: others, statistics };
      };
      return { solution: record.solution, pullBack };
    },
    dispose: async () => {
      await forward.dispose();
      for (const program of backward.programs) await program.dispose();
    },
  };
}
