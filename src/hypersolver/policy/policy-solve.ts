import type { Field, Span } from "../../ode/index.js";
import { fieldMacs } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import { cast, type Tensor } from "../../tensor/index.js";
import { correctionMacs } from "../correction/correction.js";
import { rollOut } from "./rollout.js";
import type { StepPolicy } from "./step-policy.js";
import { compileWorld } from "./step-world.js";

/** What solves by an agent end in and cost, sample by sample. */
export interface SteeredStates {
  /** [n, d] */
  readonly z1: Tensor;
  readonly statistics: {
    /** Evaluations of f of every sample. */
    readonly nfe: Float64Array;
    readonly gCalls: Float64Array;
    /** Multiply–accumulates of f and g, mean over samples; those of the agent itself are not in. */
    readonly macs: number;
    /** Sizes of the steps of every sample, without sign. */
    readonly sizes: readonly (readonly number[])[];
  };
}

/** A solve that an agent steers. */
export interface CompiledSteeredSolve {
  /** @throws NON_FINITE naming the sample when a state breaks. */
  run(z0: Tensor, controls?: NamedTensors): Promise<SteeredStates>;
  dispose(): Promise<void>;
}

/**
 * Prepares solves by an agent: every sample takes the steps that the agent finds best for it.
 * @throws as `trainStepPolicy`.
 */
export async function compileSteeredSolve(
  field: Field,
  policy: StepPolicy,
  span: Span,
  options: CompileOptions = {},
): Promise<CompiledSteeredSolve> {
  const world = await compileWorld(field, policy, undefined, options);
  const { dtype } = stateType(field);
  const each = {
    f: fieldMacs(field),
    g: policy.correction === undefined ? 0 : correctionMacs(policy.correction),
  };
  return {
    run: async (z0, controls = {}) => {
      const { ends, moves } = await rollOut(world, policy, { z0: cast(z0, dtype), controls }, { span });
      const gCalls = Float64Array.from(
        moves,
        (own) => own.filter(({ action }) => policy.actions[action]?.corrected).length,
      );
      const nfe = Float64Array.from(moves, (own) => own.length * policy.base.stages);
      const mean = (values: Float64Array): number =>
        values.reduce((sum, value) => sum + value, 0) / values.length;
      return {
        z1: ends,
        statistics: {
          nfe,
          gCalls,
          macs: mean(nfe) * each.f + mean(gCalls) * each.g,
          sizes: moves.map((own) => own.map(({ size }) => size)),
        },
      };
    },
    dispose: () => world.dispose(),
  };
}
