import { stateErrors } from "../../hypersolver/index.js";
import { compileSolve, type Method, orThrow } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { Random, type Tensor } from "../../tensor/index.js";
import type { Costs } from "../kit/contest.js";
import type { Estimate } from "./estimate.js";
import { errorOf } from "./goal.js";
import type { TuneGround } from "./ground.js";

/** What is found of a solver while others wait. */
export interface QuickMeasurement extends Costs {
  readonly error: Estimate;
  readonly milliseconds: number;
}

/** Timed runs after the one that allocates; no more once they took so long together. */
const RUNS = 5;
const ENOUGH_MS = 200;
/** Of the bootstrap: an interval to choose by, not one to report. */
const RESAMPLES = 200;

/**
 * Error on the states of the selection, and the time of a batch.
 * @throws NON_FINITE, STEP_LIMIT or STEP_UNDERFLOW where the method breaks; INTERRUPTED.
 */
export async function measureQuickly(
  { field, span, spec, selection, batch }: TuneGround,
  method: Method,
  context: RunContext,
): Promise<QuickMeasurement> {
  const signal = method.kind === "adaptive" ? context.signal : undefined;
  const solve = await compileSolve(field, { ...machineOf(context), signal, method, span });
  try {
    const { samples, ends, norm } = selection;
    const end = orThrow(await solve.run(samples.z0, samples.controls)).states.at(-1) as Tensor;
    // A program that has seen as many rows is warm.
    const isWarm = samples.z0.shape[0] === batch.z0.shape[0];
    const random = new Random(spec.seed).fork("bootstrap");
    const error = errorOf(stateErrors(end, ends).samples, spec, norm, random, RESAMPLES);
    const times: number[] = [];
    let total = 0;
    let costs: Costs = { nfe: 0, gCalls: 0, macs: 0 };
    for (let run = isWarm ? 1 : 0; run <= RUNS && (run <= 1 || total < ENOUGH_MS); run++) {
      const solution = await solve.run(batch.z0, batch.controls);
      orThrow(solution);
      const { nfe, gCalls, macs, stiff, milliseconds } = solution.statistics;
      costs = { nfe, gCalls, macs, ...(stiff && { stiff }) };
      total += milliseconds;
      if (run > 0) times.push(milliseconds);
    }
    return { ...costs, error, milliseconds: Math.min(...times) };
  } finally {
    await solve.dispose();
  }
}
