import {
  calibrateSolve,
  compileGuardedSolve,
  hyper,
  measureMethod,
  type SolveCalibration,
  stateErrors,
} from "../../hypersolver/index.js";
import { measuringReference, referenceEnds, type Samples } from "../../hypersolver/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { fail, Random } from "../../tensor/index.js";
import type { GuardedFlow } from "./guarded-flow.js";

/** What one calibration was worth at one coverage. */
export interface GuardTrial {
  readonly flow: string;
  readonly nominal: number;
  /** Share of the held-out states that end within their bound. */
  readonly coverage: number;
  /** Spearman's, of predicted and real errors. */
  readonly rankCorrelation: number;
  /** With a guard that 95 % of all errors keep: share solved again, share of these that needed it. */
  readonly refined: number;
  readonly needed: number;
  /** Share of all answers that were kept although they are further off than the guard. */
  readonly missed: number;
  readonly meanNfe: number;
}

/** Held-out states with their errors, and the distance that 95 % of these keep. */
export interface GuardGround {
  readonly guard: number;
  readonly samples: Samples;
  readonly errors: Float64Array;
}

const NOMINAL = [0.9, 0.95];

/** Draws the held-out states that all calibrations are tried on, and solves their references. */
export async function guardGround(
  { field, correction, states, span }: GuardedFlow,
  heldOut: number,
  seed: number,
  context: RunContext,
): Promise<GuardGround> {
  const machine = machineOf(context);
  const samples = states.heldOut(heldOut, new Random(seed));
  const ends = await referenceEnds(field, span, samples, measuringReference(field), machine);
  const method = hyper(correction, { steps: 1 });
  const { errors, end } = await measureMethod(field, method, span, samples, ends, machine);
  return { guard: stateErrors(end, ends).quantile95, samples, errors: errors.samples };
}

/** A calibration on states of its own: twice as many to learn from as to calibrate on. */
export async function calibrationOf(
  { field, correction, states, span }: GuardedFlow,
  size: number,
  random: Random,
  context: RunContext,
): Promise<SolveCalibration> {
  const machine = { ...machineOf(context), random: random.fork("predictor") };
  const drawn = { edges: states.validation(2 * size, random), errors: states.calibration?.(size, random) };
  const { edges, errors } = drawn;
  if (errors === undefined)
    throw fail("INVALID_ARGUMENT", {
      what: states.description,
      expected: "states for calibration",
      received: "none",
    });
  const method = hyper(correction, { steps: 1 });
  const reference = measuringReference(field);
  const calibration = await calibrateSolve(field, method, span, { edges, errors }, reference, machine);
  if (calibration !== undefined) return calibration;
  throw fail("INVALID_ARGUMENT", {
    what: "calibration",
    expected: "at least 19 states",
    received: String(size),
  });
}

/** What a calibration is worth on the held-out states. */
export async function guardTrials(
  name: string,
  { field, correction, span }: GuardedFlow,
  { guard, samples, errors }: GuardGround,
  calibration: SolveCalibration,
  context: RunContext,
): Promise<GuardTrial[]> {
  const method = hyper(correction, { steps: 1 });
  const trials: GuardTrial[] = [];
  for (const nominal of NOMINAL) {
    const asked = { guard, coverage: nominal };
    const solve = await compileGuardedSolve(field, method, span, calibration, asked, machineOf(context));
    const { bounds, scores, refined, statistics } = await solve.run(samples.z0);
    await solve.dispose();
    trials.push({
      ...{ flow: name, nominal, meanNfe: statistics.meanNfe },
      coverage: shareOf(errors, (error, row) => error <= (bounds[row] ?? 0)),
      rankCorrelation: rankCorrelation(scores, errors),
      refined: refined.length / errors.length,
      needed: statistics.needed / Math.max(1, refined.length),
      missed: shareOf(errors, (error, row) => error > guard && (bounds[row] ?? 0) <= guard),
    });
  }
  return trials;
}

/** The share of values of which something is true. */
export const shareOf = (values: Float64Array, is: (value: number, row: number) => boolean): number =>
  values.filter(is).length / values.length;

/** Spearman's: that of ranks. */
function rankCorrelation(a: Float64Array, b: Float64Array): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const middle = (a.length - 1) / 2;
  const product = (u: Float64Array, v: Float64Array): number =>
    u.reduce((sum, each, i) => sum + (each - middle) * ((v[i] ?? 0) - middle), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

function ranksOf(values: Float64Array): Float64Array {
  const order = [...values.keys()].sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const ranks = new Float64Array(values.length);
  for (const [rank, row] of order.entries()) ranks[row] = rank;
  return ranks;
}
