import {
  type AdaptiveMethod,
  compileSolve,
  type FixedMethod,
  logDensityField,
  type Method,
  orThrow,
} from "../../ode/index.js";
import {
  columnsOf,
  compileVolumeSolve,
  type FieldStatistics,
  requireExplicit,
  withZeroColumns,
} from "../../ode/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import { type Tensor, toFloat64 } from "../../tensor/index.js";
import { dimensionOf, type Flow } from "./flow.js";

/** Draws at the other end of the span, and what happened to their log-densities on the way. */
interface CarriedDraws {
  /** [n, d]. */
  readonly end: Tensor;
  /** What log p has changed by, in nats, one a row. */
  readonly change: Float64Array;
  /** Rows whose surroundings were turned inside out: others may have come to the same place. */
  readonly folded: number;
  readonly statistics: FieldStatistics;
}

/** A solve from base to data that follows densities. */
export interface DensityCarrier {
  /** @param z draws of the base, [n, d]. */
  run(z: Tensor): Promise<CarriedDraws>;
  dispose(): Promise<void>;
}

/** What a carrier is asked. */
interface CarrierOptions extends CompileOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Prepares a solve that knows the densities of where it ends. Fixed steps are a map T of the draws, whatever they are made
 * of: log p(T(z)) = log p(z) − log |det ∂T/∂z|, without error. Under step control T is no smooth map, and
 * d log p/ds = −div f is integrated along instead, to the tolerances.
 */
export function compileDensityCarrier(
  flow: Flow,
  method: Method,
  options: CarrierOptions,
): Promise<DensityCarrier> {
  const explicit = requireExplicit(method);
  return explicit.kind === "fixed"
    ? compileMap(flow, explicit, options)
    : compileIntegral(flow, explicit, options);
}

async function compileMap(
  { field, span }: Flow,
  method: FixedMethod,
  options: CarrierOptions,
): Promise<DensityCarrier> {
  const solve = await compileVolumeSolve(field, method, span, options);
  return {
    run: async (z) => {
      const { end, logVolume, signs, statistics } = await solve.run(z);
      const folded = signs.filter((sign) => sign <= 0).length;
      return { end, change: logVolume.map((log) => -log), folded, statistics };
    },
    dispose: () => solve.dispose(),
  };
}

async function compileIntegral(
  flow: Flow,
  method: AdaptiveMethod,
  options: CarrierOptions,
): Promise<DensityCarrier> {
  const { field, columns } = logDensityField(flow.field, { estimator: "exact" });
  const solve = await compileSolve(field, { ...options, span: flow.span, method });
  const dimension = dimensionOf(flow);
  return {
    run: async (z) => {
      const solution = await solve.run(withZeroColumns(z, 1));
      const end = orThrow(solution).states.at(-1) as Tensor;
      const change = toFloat64(columnsOf(end, columns.logDensity, columns.logDensity + 1));
      return { end: columnsOf(end, 0, dimension), change, folded: 0, statistics: solution.statistics };
    },
    dispose: () => solve.dispose(),
  };
}
