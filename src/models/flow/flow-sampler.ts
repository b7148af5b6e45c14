import { logScale, restoredPoints } from "../../data/index.js";
import { trace } from "../../graph/index.js";
import { compileSolve, type Method, orThrow } from "../../ode/index.js";
import { checkOptionNames, compileNames, type FieldStatistics, resolveMethod } from "../../ode/internal.js";
import { type CompileOptions, compile } from "../../runtime/index.js";
import { most } from "../../spec/internal.js";
import { cast, fail, type Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { compileDensityCarrier } from "./carried-density.js";
import { dimensionOf, type Flow } from "./flow.js";
import { FLOW_TOLERANCES } from "./tolerances.js";

/** How samples are solved, and on what. */
export interface FlowSamplerOptions extends CompileOptions {
  /** Default, and tolerances that its spelling does not say: dopri5 at 1e-5. */
  readonly method?: Method | string;
  /** Looked at between steps, or before and after a program that is the whole solve. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Also the log-density of every sample under what the method makes of the base: by d Jacobian–vector products through the
   * solve, exact for fixed steps, corrected ones included. Default false.
   */
  readonly logDensity?: boolean | undefined;
}

/** Log-densities of samples. */
export interface SampleDensities {
  /** log p(x) in nats, in units of the data, one a row. */
  readonly values: Float64Array;
  /** Samples where the method turns space inside out: their densities leave out what else comes to the same place. */
  readonly folded: number;
}

/** Samples, and what they cost. */
export interface FlowSamples {
  /** In units of the data, [n, d]; in float64 where float32 would lose digits (`restoredPoints`). */
  readonly x: Tensor;
  /** The draws of the base that they came from, [n, d]. */
  readonly z: Tensor;
  /** Where they were asked for. */
  readonly logDensity?: SampleDensities | undefined;
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
  checkOptionNames("compileFlowSampler", options, {
    ...compileNames,
    method: true,
    signal: true,
    logDensity: true,
  });
  const { logDensity = false, method: asked, ...rest } = options;
  const method = resolveMethod(asked, FLOW_TOLERANCES);
  const { push, dispose } = await (logDensity ? densePush : plainPush)(flow, method, rest);
  return {
    push,
    sample: async (count, random) => push(flow.base.sample(checkedCount(count), dimensionOf(flow), random)),
    dispose,
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

type Pushing = Pick<FlowSampler, "push" | "dispose">;

async function plainPush(
  { field, span, standardization }: Flow,
  method: Method,
  options: FlowSamplerOptions,
): Promise<Pushing> {
  const solve = await compileSolve(field, { ...options, span, method });
  return {
    push: async (z) => {
      const solution = await solve.run(z);
      const end = orThrow(solution).states.at(-1) as Tensor;
      return { x: restoredPoints(end, standardization), z, statistics: solution.statistics };
    },
    dispose: () => solve.dispose(),
  };
}

/** With log-densities: that of the base at the draw, and what the way and the units change. */
async function densePush(flow: Flow, method: Method, options: FlowSamplerOptions): Promise<Pushing> {
  const { base, standardization } = flow;
  const carrier = await compileDensityCarrier(flow, method, options);
  const shape = ["batch", dimensionOf(flow)] as const;
  const start = await compile(
    trace({ z: { shape, dtype: "float64" } }, ({ z }) => ({ logDensity: base.logDensity(z) })),
  );
  return {
    push: async (z) => {
      const { end, change, folded, statistics } = await carrier.run(z);
      const { logDensity } = await start.run({ z: cast(z, "float64") });
      const units = logScale(standardization);
      const values = toFloat64(logDensity as Tensor).map((value, i) => value + (change[i] ?? 0) - units);
      return { x: restoredPoints(end, standardization), z, logDensity: { values, folded }, statistics };
    },
    dispose: async () => {
      await carrier.dispose();
      await start.dispose();
    },
  };
}
