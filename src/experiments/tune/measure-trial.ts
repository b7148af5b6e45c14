import { stateErrors } from "../../hypersolver/index.js";
import { mapSamples } from "../../hypersolver/internal.js";
import {
  type CompiledSolve,
  compileSolve,
  type FieldSolution,
  type Method,
  orThrow,
} from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { Random, rows, type Tensor } from "../../tensor/index.js";
import type { Costs } from "../kit/contest.js";
import type { Estimate } from "./estimate.js";
import { errorOf } from "./goal.js";
import type { TuneGround } from "./ground.js";

/** A quick measurement: enough to choose by, while the search goes on. */
export interface QuickMeasurement extends Costs {
  readonly error: Estimate;
  readonly milliseconds: number;
}

/** At most so many timed runs after the one that allocates; none after so many milliseconds in all. */
const RUNS = 5;
const ENOUGH_MS = 200;
/** Of the bootstrap: an interval to choose by, not one to report. */
const RESAMPLES = 200;

/** The share of the selection that is solved first, and the time from which on it may decide alone. */
const GLANCE = { share: 0.25, milliseconds: 50 };

/**
 * Error on the states of the selection, and the time of a batch. Where solves take long, both are estimated from a quarter of
 * the states if these already show that the error is larger than wanted.
 * @throws NON_FINITE, STEP_LIMIT or STEP_UNDERFLOW where the method breaks; INTERRUPTED.
 */
export async function measureQuickly(
  ground: TuneGround,
  method: Method,
  context: RunContext,
): Promise<QuickMeasurement> {
  const { field, span, spec, selection, batch } = ground;
  const signal = method.kind === "adaptive" ? context.signal : undefined;
  const solve = await compileSolve(field, { ...machineOf(context), signal, method, span });
  try {
    const count = selection.samples.z0.shape[0] ?? 0;
    const timedRows = batch.z0.shape[0] ?? 0;
    const few = Math.ceil(GLANCE.share * count);
    const glance = await errorOn(ground, solve, few);
    const isTelling = glance.statistics.milliseconds > GLANCE.milliseconds && glance.error.low > spec.error;
    if (isTelling) {
      const { statistics, error } = glance;
      return { ...costsOf(statistics), error, milliseconds: (statistics.milliseconds * timedRows) / few };
    }
    const { statistics: first, error } = await errorOn(ground, solve, count);
    // A program that has seen as many rows is warm.
    const isWarm = count === timedRows;
    // Of a solve that takes long, the allocations of its first run are a small part.
    if (isWarm && first.milliseconds > ENOUGH_MS)
      return { ...costsOf(first), error, milliseconds: first.milliseconds };
    const times: number[] = [];
    let [statistics, total] = [first, 0];
    for (let run = isWarm ? 1 : 0; run <= RUNS && (run <= 1 || total < ENOUGH_MS); run++) {
      const solution = await solve.run(batch.z0, batch.controls);
      orThrow(solution);
      ({ statistics } = solution);
      total += statistics.milliseconds;
      if (run > 0) times.push(statistics.milliseconds);
    }
    return { ...costsOf(statistics), error, milliseconds: Math.min(...times) };
  } finally {
    await solve.dispose();
  }
}

type FieldStatistics = FieldSolution["statistics"];

/** The error on the first states of the selection, and what the solve took. */
async function errorOn(
  { spec, selection: { samples, ends, norm } }: TuneGround,
  solve: CompiledSolve,
  count: number,
): Promise<{ readonly error: Estimate; readonly statistics: FieldStatistics }> {
  const few = (value: Tensor): Tensor => rows(value, 0, count);
  const { z0, controls } = mapSamples(samples, few);
  const solution = await solve.run(z0, controls);
  const end = orThrow(solution).states.at(-1) as Tensor;
  const random = new Random(spec.seed).fork("bootstrap");
  const error = errorOf(stateErrors(end, few(ends)).samples, spec, norm, random, RESAMPLES);
  return { error, statistics: solution.statistics };
}

const costsOf = ({ nfe, gCalls, macs, stiff }: FieldStatistics): Costs => ({
  nfe,
  gCalls,
  macs,
  ...(stiff && { stiff }),
});
