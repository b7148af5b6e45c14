import { logScale, standardized } from "../../data/index.js";
import { trace } from "../../graph/index.js";
import { adaptive, compileSolve, dopri5, type Method, orThrow } from "../../ode/index.js";
import {
  compileVolumeSolve,
  decompose,
  requireExplicit,
  resolveMethod,
  stateType,
  unitRoundoff,
} from "../../ode/internal.js";
import { type CompileOptions, compile } from "../../runtime/index.js";
import { cast, fail, fromNumbers, type Tensor, tensor, toFloat64 } from "../../tensor/index.js";
import { dimensionOf, type Flow } from "./flow.js";
import type { CompiledDensity, LogDensities } from "./flow-density.js";
import { FLOW_TOLERANCES } from "./tolerances.js";

/** The sampler that densities are those of. */
interface SamplerDensityOptions extends CompileOptions {
  /** In fixed steps, from base to data: what `compileFlowSampler` is given. */
  readonly method: Method | string;
  /** Looked at before every program run. */
  readonly signal?: AbortSignal | undefined;
}

/** Log-densities under a sampler. */
export interface SamplerDensities extends LogDensities {
  /** Points that no draw was found to lead to: their log-densities are those of the nearest places that one was found for. */
  readonly unreached: number;
  /** The largest distance to such a place, in standardized coordinates. */
  readonly farthest: number;
}

/** Log-densities of given points under a sampler, ready to be asked for. */
export interface CompiledSamplerDensity extends Omit<CompiledDensity, "run"> {
  /** @throws SHAPE_MISMATCH; NON_FINITE; STEP_LIMIT, STEP_UNDERFLOW, INTERRUPTED as `orThrow`. */
  run(x: Tensor): Promise<SamplerDensities>;
}

/** Newton's steps, halved ones among them. */
const MOST_STEPS = 40;
/** Distances in units of rounding: where a draw is found, and where it counts as found. */
const FOUND = 8;
const GOOD_ENOUGH = 1000;

/**
 * Prepares the log-densities of given points under what a method in fixed steps makes of the base: the map T of draws is
 * inverted by Newton's method, from where dopri5 leads a point back to, and log p(x) = log p(z) − log |det ∂T/∂z| at the draw
 * z = T⁻¹(x), which the sampler itself would tell of that sample (`compileFlowSampler` with `logDensity`). The step-by-step
 * inverse of a reversible method needs its second state at the end as well, and a point has none: what it takes for the second
 * state at the start to equal the first is found here with the draw.
 * @throws INVALID_ARGUMENT for step control, which is no smooth map, and for methods that are no program.
 */
export async function compileSamplerDensity(
  flow: Flow,
  { method: asked, signal, ...machine }: SamplerDensityOptions,
): Promise<CompiledSamplerDensity> {
  const { field, span, base, standardization } = flow;
  const method = requireExplicit(resolveMethod(asked));
  if (method.kind !== "fixed")
    throw fail("INVALID_ARGUMENT", {
      what: "density of a sampler: method",
      expected: "fixed steps: what step control makes of draws is no smooth map",
      received: method.text,
    });
  const dimension = dimensionOf(flow);
  const { dtype } = stateType(field);
  const forth = await compileVolumeSolve(field, method, span, { ...machine, signal, jacobians: true });
  const back = await compileSolve(field, {
    ...machine,
    ...{ signal, method: adaptive(dopri5, FLOW_TOLERANCES), span: [span[1], span[0]] as const },
  });
  const shape = ["batch", dimension] as const;
  const start = await compile(
    trace({ z: { shape, dtype: "float64" } }, ({ z }) => ({ logDensity: base.logDensity(z) })),
  );
  const isDouble = dtype === "float64";
  const rounding = unitRoundoff[isDouble ? "float64" : "float32"];
  return {
    estimator: "exact",
    run: async (x) => {
      const wanted = cast(standardized(x, standardization), dtype);
      const first = orThrow(await back.run(wanted)).states.at(-1) as Tensor;
      const found = await inverted(forth, wanted, first, rounding);
      const { logDensity } = await start.run({ z: cast(found.z, "float64") });
      const units = logScale(standardization);
      const values = toFloat64(logDensity as Tensor).map(
        (value, i) => value - (found.logVolume[i] ?? 0) - units,
      );
      const lost = found.distances.filter((distance) => !(distance <= GOOD_ENOUGH * rounding));
      return {
        values,
        z: found.z,
        unreached: lost.length,
        farthest: lost.reduce((most, distance) => Math.max(most, distance), 0),
        statistics: found.statistics,
      };
    },
    dispose: async () => {
      for (const program of [forth, back, start]) await program.dispose();
    },
  };
}

interface Inverted {
  /** Draws, in the type of the field. */
  readonly z: Tensor;
  readonly logVolume: Float64Array;
  /** How far from what was wanted they lead, over 1 + its norm. */
  readonly distances: Float64Array;
  readonly statistics: LogDensities["statistics"];
}

/** Newton's method with halved steps, every row by itself: the best draw of each is kept. */
async function inverted(
  forth: Awaited<ReturnType<typeof compileVolumeSolve>>,
  wanted: Tensor,
  first: Tensor,
  rounding: number,
): Promise<Inverted> {
  const [n = 0, d = 0] = wanted.shape;
  const goal = toFloat64(wanted);
  const best = Float64Array.from(toFloat64(first));
  const steps = new Float64Array(n * d);
  const shares = new Float64Array(n).fill(1);
  const distances = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const logVolume = new Float64Array(n);
  const tried = Float64Array.from(best);
  let statistics: LogDensities["statistics"] | undefined;
  for (let k = 0; k < MOST_STEPS; k++) {
    const { end, logVolume: volumes, jacobians, statistics: spent } = await forth.run(typed(tried, wanted));
    statistics = statistics === undefined ? spent : together(statistics, spent);
    const reached = toFloat64(end);
    const residuals = goal.map((value, i) => value - (reached[i] ?? 0));
    const newton = Float64Array.from(residuals);
    decompose(Float64Array.from(jacobians ?? []), d).solve(newton);
    let isOver = true;
    for (let i = 0; i < n; i++) {
      const row = (values: Float64Array): Float64Array => values.subarray(i * d, (i + 1) * d);
      const distance = Math.hypot(...row(residuals)) / (1 + Math.hypot(...row(goal)));
      if (distance < (distances[i] ?? 0)) {
        distances[i] = distance;
        logVolume[i] = volumes[i] ?? 0;
        row(best).set(row(tried));
        row(steps).set(row(newton).every(Number.isFinite) ? row(newton) : new Float64Array(d));
        shares[i] = 1;
      } else shares[i] = (shares[i] ?? 1) / 2;
      if (!isFound(distances[i] ?? 0, shares[i] ?? 1, rounding)) isOver = false;
      row(tried).set(row(best).map((value, at) => value + (shares[i] ?? 0) * (row(steps)[at] ?? 0)));
    }
    if (isOver) break;
  }
  if (statistics === undefined)
    throw fail("INVALID_ARGUMENT", { what: "density: points", expected: "one or more", received: "none" });
  return { z: typed(best, wanted), logVolume, distances, statistics };
}

/** Whether more steps bring nothing: what is close is given up sooner. */
function isFound(distance: number, share: number, rounding: number): boolean {
  if (distance <= FOUND * rounding) return true;
  return share < (distance <= GOOD_ENOUGH * rounding ? 0.2 : 1e-3);
}

const typed = (values: Float64Array, like: Tensor): Tensor =>
  like.dtype === "float64"
    ? tensor("float64", like.shape, Float64Array.from(values))
    : fromNumbers(values, like.shape);

/** What two solves cost together. */
const together = (
  a: LogDensities["statistics"],
  b: LogDensities["statistics"],
): LogDensities["statistics"] => ({
  ...b,
  nfe: a.nfe + b.nfe,
  gCalls: a.gCalls + b.gCalls,
  macs: a.macs + b.macs,
  milliseconds: a.milliseconds + b.milliseconds,
});
