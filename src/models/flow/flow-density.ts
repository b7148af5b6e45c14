import { logScale, standardized } from "../../data/index.js";
import { type Graph, type Node, slice, sub, trace } from "../../graph/index.js";
import type { Correction } from "../../hypersolver/index.js";
import { correctionOf } from "../../hypersolver/internal.js";
import { compileSolve, logDensityField, type Method, orThrow } from "../../ode/index.js";
import {
  checkOptionNames,
  columnsOf,
  compileNames,
  defaultEstimator,
  type FieldStatistics,
  type LogDensityField,
  NOISE_CONTROL,
  type OptionNames,
  resolveMethod,
  runtimeOptions,
  stateType,
  type TraceEstimator,
  withOpenParameters,
  withStepControl,
  withZeroColumns,
} from "../../ode/internal.js";
import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import { cast, fail, Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { dimensionOf, type Flow } from "./flow.js";
import { drawNoise } from "./noise.js";
import { DEFAULT_NOISE, type NoiseKind } from "./noise-kinds.js";
import { FLOW_TOLERANCES } from "./tolerances.js";

/** How log-densities are solved, and on what. */
interface FlowDensityOptions extends CompileOptions {
  /**
   * Default, and tolerances that its spelling does not say: dopri5 at 1e-5. A correction may be one for z, whose base then
   * carries the log-density along the corrected path; or one that was fitted to the log-density field, and corrects both.
   */
  readonly method?: Method | string;
  /** Looked at between steps, or before and after a program that is the whole solve. */
  readonly signal?: AbortSignal | undefined;
  /** Default: exact up to dimension 8 and for a correction of the log-density, else Hutchinson's. */
  readonly estimator?: TraceEstimator | undefined;
  /** Of Hutchinson's estimator. Default `rademacher`. */
  readonly noise?: NoiseKind;
  /** Seed of that noise; every run draws its own. Default 0. */
  readonly seed?: number;
  /** Error control on z alone: the log-density then costs no steps of its own. Default false. */
  readonly toleranceOnState?: boolean;
}

/** Log-densities of a batch. */
export interface LogDensities {
  /** log p(x) in nats, in units of the data, one a row. */
  readonly values: Float64Array;
  /** Where the rows arrive at the base, [n, d]. */
  readonly z: Tensor;
  readonly statistics: FieldStatistics;
}

/** Log-densities of a flow, ready to be asked for. */
export interface CompiledDensity {
  readonly estimator: TraceEstimator;
  /**
   * @param x data, [n, d].
   * @param parameters of the field, where they differ from those that it holds.
   * @param random where Hutchinson's noise comes from. Default: the stream of `seed`, which goes on from run to run.
   * @throws SHAPE_MISMATCH; STEP_LIMIT, STEP_UNDERFLOW, NON_FINITE, INTERRUPTED as `orThrow`.
   */
  run(x: Tensor, parameters?: NamedTensors, random?: Random): Promise<LogDensities>;
  dispose(): Promise<void>;
}

const densityNames: OptionNames<FlowDensityOptions> = {
  ...compileNames,
  method: true,
  signal: true,
  estimator: true,
  noise: true,
  seed: true,
  toleranceOnState: true,
};

/**
 * Prepares log p(x) = log p_base(z(s₀)) − ∫ div f ds + what standardization changes, by a solve from data to base
 * (Chen et al., 2018, eq. 8).
 * @throws INVALID_ARGUMENT for an unknown option, or when options contradict each other; UNSUPPORTED_FIELD when states are not vectors.
 */
export async function compileFlowDensity(
  flow: Flow,
  options: FlowDensityOptions = {},
): Promise<CompiledDensity> {
  checkOptionNames("compileFlowDensity", options, densityNames);
  const { noise = DEFAULT_NOISE, seed = 0, toleranceOnState = false } = options;
  const dimension = dimensionOf(flow);
  const augmented = logDensityField(flow.field, { estimator: densityEstimator(flow, options) });
  const open = withOpenParameters(augmented.field);
  const asked = resolveMethod(options.method, FLOW_TOLERANCES);
  const method = toleranceOnState ? withStepControl(asked, { toleranceColumns: dimension }) : asked;
  const solve = await compileSolve(open, {
    ...runtimeOptions(options),
    signal: options.signal,
    span: [flow.span[1], flow.span[0]],
    method,
  });
  const finish = await compile(finishGraph(flow, augmented));
  const own = new Random(seed).fork("density noise");
  const { dtype } = stateType(flow.field);
  const run: CompiledDensity["run"] = async (x, parameters = flow.field.parameters, random = own) => {
    const start = withZeroColumns(standardized(x, flow.standardization), 1);
    const shape = [x.shape[0] ?? 0, dimension];
    const noiseControl: NamedTensors =
      augmented.estimator === "hutchinson"
        ? { [NOISE_CONTROL]: cast(drawNoise(noise, shape, random), dtype) }
        : {};
    const solution = await solve.run(start, { ...parameters, ...noiseControl });
    const end = orThrow(solution).states.at(-1) as Tensor;
    const { logDensity } = await finish.run({ state: end });
    const change = logScale(flow.standardization);
    const values = toFloat64(logDensity as Tensor).map((value) => value - change);
    return { values, z: columnsOf(end, 0, dimension), statistics: solution.statistics };
  };
  return {
    estimator: augmented.estimator,
    run,
    dispose: async () => {
      await solve.dispose();
      await finish.dispose();
    },
  };
}

/**
 * The estimator of a density, where `estimator` may be left open.
 * @throws INVALID_ARGUMENT for Hutchinson's beside a correction of the log-density, which learned from exact stages.
 */
export function densityEstimator(
  flow: Flow,
  { estimator, method }: Pick<FlowDensityOptions, "estimator" | "method">,
): TraceEstimator {
  const dimension = dimensionOf(flow);
  const correction = typeof method === "object" ? correctionOf(method) : undefined;
  const corrected = correction === undefined ? 0 : correctedColumns(correction);
  if (corrected <= dimension) return estimator ?? defaultEstimator(dimension);
  if (estimator !== "hutchinson") return "exact";
  throw fail("INVALID_ARGUMENT", {
    what: "density: estimator",
    expected: "exact: the correction is one of the log-density too, and learned from exact divergences",
    received: estimator,
    help: "leave the estimator out, or the correction",
  });
}

/** Columns of the state that a correction corrects. */
const correctedColumns = ({ graph }: Correction): number => Number(graph.outputs.g?.shape.at(-1));

/** From the state at the base, whose last column is ∫ div f over the way there, to the log-density. */
function finishGraph({ base }: Flow, { field, dimension, columns }: LogDensityField): Graph {
  return trace({ state: stateType(field) }, ({ state }) => {
    const change: Node = slice(state, 1, columns.logDensity, columns.logDensity + 1);
    return { logDensity: sub(base.logDensity(slice(state, 1, 0, dimension)), change) };
  });
}

/** Mean of −log p over rows. */
export function meanNegative(values: Float64Array): number {
  return -values.reduce((total, value) => total + value, 0) / values.length;
}
