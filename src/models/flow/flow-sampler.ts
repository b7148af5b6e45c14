import { restoredPoints } from "../../data/index.js";
import { compileSolve, type Method, orThrow } from "../../ode/index.js";
import { checkOptionNames, compileNames, type FieldStatistics, resolveMethod } from "../../ode/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import { most } from "../../spec/internal.js";
import { fail, type Random, type Tensor } from "../../tensor/index.js";
import { dimensionOf, type Flow } from "./flow.js";
import { FLOW_TOLERANCES } from "./tolerances.js";

/** How samples are solved, and on what. */
export interface FlowSamplerOptions extends CompileOptions {
  /** Default, and tolerances that its spelling does not say: dopri5 at 1e-5. */
  readonly method?: Method | string;
  /** Looked at between steps, or before and after a program that is the whole solve. */
  readonly signal?: AbortSignal | undefined;
}

/** Samples, and what they cost. */
export interface FlowSamples {
  /** In units of the data, [n, d]; in float64 where float32 would lose digits (`restoredPoints`). */
  readonly x: Tensor;
  /** The draws of the base that they came from, [n, d]. */
  readonly z: Tensor;
  readonly statistics: FieldStatistics;
}

/** A flow ready to be sampled. */
export interface FlowSampler {
  /**
   * Draws from the base and carries the draws to the data.
   * @param count at most 10,000,000.
   * @throws INVALID_ARGUMENT for another count; as `push`.
   */
  sample(count: number, random: Random): Promise<FlowSamples>;
  /**
   * Carries given points of the base, [n, d].
   * @throws STEP_LIMIT, STEP_UNDERFLOW, NON_FINITE, INTERRUPTED as `orThrow`.
   */
  push(z: Tensor): Promise<FlowSamples>;
  dispose(): Promise<void>;
}

/**
 * Prepares sampling: a solve from base to data.
 * @throws INVALID_ARGUMENT for an unknown option, or when options contradict each other.
 */
export async function compileFlowSampler(flow: Flow, options: FlowSamplerOptions = {}): Promise<FlowSampler> {
  const { field, base, span, standardization } = flow;
  checkOptionNames("compileFlowSampler", options, { ...compileNames, method: true, signal: true });
  const method = resolveMethod(options.method, FLOW_TOLERANCES);
  const solve = await compileSolve(field, { ...options, span, method });
  const push: FlowSampler["push"] = async (z) => {
    const solution = await solve.run(z);
    const end = orThrow(solution).states.at(-1) as Tensor;
    return { x: restoredPoints(end, standardization), z, statistics: solution.statistics };
  };
  return {
    push,
    sample: async (count, random) => push(base.sample(checkedCount(count), dimensionOf(flow), random)),
    dispose: () => solve.dispose(),
  };
}

function checkedCount(count: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= most.samples) return count;
  throw fail("INVALID_ARGUMENT", {
    what: "count",
    expected: `a positive integer, at most ${most.samples}`,
    received: String(count),
  });
}
