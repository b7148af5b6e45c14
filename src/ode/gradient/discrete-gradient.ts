import { refuseRule, runtimeOptions } from "../compiled/compiled-options.js";
import { STATE_INPUT } from "../compiled/compiled-steps.js";
import type { Field } from "../field/field.js";
import { tableauRule } from "../methods/step-rule.js";
import { planSolve } from "../problem/solve-options.js";
import { plus } from "./cotangents.js";
import type { GradientOptions } from "./gradient-options.js";
import type { Tape, TapedSolve } from "./gradient-tape.js";
import { recordedAdaptive, recordedFixed } from "./recorded-solve.js";
import { replayBack } from "./replay.js";
import { compileStepVjps } from "./step-vjp.js";

/**
 * A solve with its exact reverse (discretise, then optimise). The forward solve keeps the state at step boundaries;
 * backwards, each accepted step is replayed and its vector–Jacobian product taken, one program run a step:
 * λ_k = (∂z_{k+1}/∂z_k)ᵀ λ_{k+1},  dL/dθ = Σ_k (∂z_{k+1}/∂θ)ᵀ λ_{k+1}. Step sizes count as constants. Memory grows with
 * the number of steps by one state each.
 *
 * Adaptive solves restart at every requested time (Hairer's first step again: 2 evaluations of f a segment), and a pair
 * that is not FSAL does not reuse its last stage. With `parallel: "batch"` every thread goes back with rows of its own.
 * @param field with open parameters.
 * @throws INVALID_ARGUMENT when options are unusable or contradict each other.
 */
export async function discreteTape(field: Field, options: GradientOptions): Promise<TapedSolve> {
  const { rule: ruleOf, onStep, controller, ...rest } = options;
  const plan = planSolve(rest);
  if (plan.kind === "adaptive") refuseRule(ruleOf);
  const rule = ruleOf?.(field) ?? tableauRule(field, plan.tableau);
  const forward =
    plan.kind === "fixed"
      ? await recordedFixed(field, rule, plan, options)
      : await recordedAdaptive(field, plan, options);
  const backward = await compileStepVjps(field, rule, runtimeOptions(options));
  return {
    run: async (start, controls) => {
      const record = await forward.run(start, controls);
      const pullBack: Tape["pullBack"] = async (cotangents) => {
        const startedAt = performance.now();
        const { steps, stepsBefore } = record;
        const replay = { steps, stepsBefore, start, cotangents, controls, signal: options.signal };
        const { z, sums } = await replayBack(backward, field, replay);
        const { [STATE_INPUT]: ofStart, ...others } = sums;
        const acceptedSteps = steps.length;
        const milliseconds = performance.now() - startedAt;
        const statistics = {
          nfe: rule.cost.nfe * acceptedSteps,
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
