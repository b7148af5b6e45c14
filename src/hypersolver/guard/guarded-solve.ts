import {
  type AdaptiveMethod,
  adaptive,
  compileSolve,
  dopri5,
  type Field,
  type FixedMethod,
  type Method,
  type Span,
} from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import { fail, type Random, type Tensor } from "../../tensor/index.js";
import { isBeyondChance } from "./beyond-chance.js";
import { predictorMacs } from "./error-predictor.js";
import { keptSolve } from "./kept-solve.js";
import { requireCalibrated } from "./require-calibrated.js";
import { isShifted, type ScoreShift, shiftTest } from "./score-shift.js";
import { compileEnds } from "./scored-solve.js";
import { type SecondAnswers, secondAnswers, solveRows } from "./second-answers.js";
import { boundsOf, levelOf, type SolveCalibration, scoringOf } from "./solve-calibration.js";
import { checkWitnesses } from "./witness-check.js";

/** Options of a guarded solve. */
export interface GuardSpec {
  /** The largest bound that a sample's error may have, Euclidean: samples of larger ones are solved again. */
  readonly guard: number;
  /** How sure bounds are to be: the least calibrated coverage that is not below it is taken. Default 0.95. */
  readonly coverage?: number | undefined;
  /** What solves them again. Default: `guardFallback`. The base's own steps make sure that no answer is worse than the base's. */
  readonly fallback?: Method | undefined;
  /**
   * Uses the bounds even where samples are distributed otherwise than those of the calibration. Default false: then there
   * are no bounds, and all samples are solved again.
   */
  readonly trust?: boolean | undefined;
  /**
   * Also solves so many random samples within the guard again, and all samples if more of these exceed their bounds than
   * chance explains, at one in a thousand. Default: none.
   */
  readonly spotCheck?: { readonly samples: number; readonly random: Random } | undefined;
}

/** Statistics of a guarded solve. Costs are of one sample. */
export interface GuardStatistics {
  readonly samples: number;
  /** The coverage that was calibrated. */
  readonly coverage: number;
  /** Samples that were solved again. */
  readonly refined: number;
  /** Those of them that were further than the guard from what solved them again, or broke. */
  readonly needed: number;
  /** Of those that were within the guard: how many were checked, and how many of these were beyond their bounds. */
  readonly checked: number;
  readonly beyond: number;
  /** Evaluations of f: of the fast solve, of the fallback, and the mean over all samples. */
  readonly fastNfe: number;
  readonly fallbackNfe: number;
  readonly meanNfe: number;
  /** Mean multiply–accumulates, of f, of g and of the predictor together. */
  readonly meanMacs: number;
  readonly milliseconds: number;
}

/** States at the end of a guarded solve. */
export interface GuardedStates {
  /** [n, …]. */
  readonly end: Tensor;
  /** Bounds of the errors of the fast solve, [n]; infinite where nothing is known. */
  readonly bounds: Float64Array;
  /** What the fast solve knew of its errors, [n]; NaN where it broke. */
  readonly scores: Float64Array;
  /** How differently samples are distributed than in the calibration; undefined for a method without scores. */
  readonly shift: ScoreShift | undefined;
  /** Whether bounds were trusted: neither a shift nor a spot check spoke against them. */
  readonly isTrusted: boolean;
  /** Numbers of the samples that were solved again, increasing, from 0. */
  readonly refined: readonly number[];
  readonly statistics: GuardStatistics;
}

/** A guarded solve, ready to run. */
export interface CompiledGuardedSolve {
  /** @throws SHAPE_MISMATCH; what breaks the fallback; INTERRUPTED at a signal. */
  run(z0: Tensor, controls?: NamedTensors, signal?: AbortSignal): Promise<GuardedStates>;
  dispose(): Promise<void>;
}

/** dopri5 at a hundredth of the guard, which errors of steps that add up leave room for; no tighter than rounding allows. */
export function guardFallback(field: Field, guard: number): AdaptiveMethod {
  const tolerance = Math.max(guard / 100, stateType(field).dtype === "float64" ? 1e-12 : 1e-6);
  return adaptive(dopri5, { rtol: tolerance, atol: tolerance });
}

/**
 * Prepares a fast solve that knows its errors: every sample gets a bound from its score, without further evaluations of f, and
 * samples whose bound exceeds the guard are solved again. Witnesses in the calibration show first that the solver is the one
 * that was calibrated.
 * @throws INVALID_ARGUMENT for a guard that is no positive number or a coverage that was not calibrated; CARD_MISMATCH for a
 * calibration of another method, field, span or number of steps, or of other weights.
 */
export async function compileGuardedSolve(
  field: Field,
  method: FixedMethod,
  span: Span,
  calibration: SolveCalibration,
  spec: GuardSpec,
  options: CompileOptions = {},
): Promise<CompiledGuardedSolve> {
  const { guard, coverage: wanted = 0.95, trust = false, spotCheck } = spec;
  const { fallback = guardFallback(field, guard) } = spec;
  if (!(guard > 0 && guard < Number.POSITIVE_INFINITY))
    throw fail("INVALID_ARGUMENT", { what: "guard", expected: "a positive number", received: String(guard) });
  const level = levelOf(calibration, wanted);
  const { coverage } = level;
  const boundsFor = boundsOf(calibration, level);
  const shiftOf = shiftTest(calibration);
  requireCalibrated(calibration, field, method, span);
  const solve = await compileEnds(field, method, span, scoringOf(calibration), options);
  const { witnesses } = calibration;
  if (witnesses !== undefined)
    await checkWitnesses(solve, witnesses, { coverage, boundsFor }).catch(async (error: unknown) => {
      await solve.dispose();
      throw error;
    });
  const fast = fastCost(field, method, calibration);
  const second = keptSolve((signal) => compileSolve(field, { ...options, span, method: fallback, signal }));
  return {
    run: async (z0, controls = {}, signal = undefined) => {
      const started = performance.now();
      const { end: quick, scores, traits } = await solve.run(z0, controls);
      const shift = shiftOf(scores, traits);
      const isAlarmed = !trust && isShifted(shift);
      const bounds = isAlarmed
        ? new Float64Array(scores.length).fill(Number.POSITIVE_INFINITY)
        : boundsFor(scores);
      const again = secondAnswers(quick, async (rows) =>
        solveRows(await second.under(signal), { z0, controls }, rows),
      );
      const { checked, beyond, isRefuted } = await solvedAgain(bounds, again, { guard, coverage, spotCheck });
      const { end, refined, nfe, macs } = again.answer();
      const samples = bounds.length;
      const share = refined.length / Math.max(1, samples);
      return {
        ...{ end, bounds, scores, shift, refined, isTrusted: !isAlarmed && !isRefuted },
        statistics: {
          ...{ samples, coverage, refined: refined.length, checked, beyond },
          fastNfe: fast.nfe,
          needed: refined.filter((row) => !(again.moved(row) <= guard)).length,
          fallbackNfe: nfe,
          meanNfe: fast.nfe + share * nfe,
          meanMacs: fast.macs + share * macs,
          milliseconds: performance.now() - started,
        },
      };
    },
    dispose: async () => {
      await solve.dispose();
      await second.dispose();
    },
  };
}

/**
 * Solves again what exceeds the guard and what is checked. Where more of these are beyond their bounds than chance explains, the
 * bounds are refuted: they become infinite, and all samples are solved again.
 */
async function solvedAgain(
  bounds: Float64Array,
  again: SecondAnswers,
  { guard, coverage, spotCheck }: Pick<GuardSpec, "guard" | "spotCheck"> & { readonly coverage: number },
): Promise<{ readonly checked: number; readonly beyond: number; readonly isRefuted: boolean }> {
  const [within, beyondGuard] = parted(bounds, guard);
  const spots = spotCheck === undefined ? [] : drawnFrom(within, spotCheck.samples, spotCheck.random);
  await again.take([...beyondGuard, ...spots]);
  const beyond = spots.filter((row) => !(again.moved(row) <= (bounds[row] ?? Number.NaN))).length;
  const isRefuted = isBeyondChance(beyond, spots.length, 1 - coverage);
  if (isRefuted) {
    bounds.fill(Number.POSITIVE_INFINITY);
    await again.take(within);
  }
  return { checked: spots.length, beyond, isRefuted };
}

/** What the fast solve costs a sample, the prediction of its error included. */
function fastCost(
  field: Field,
  method: FixedMethod,
  { steps, predictor }: SolveCalibration,
): { readonly nfe: number; readonly macs: number } {
  const { nfe, macs } = method.scheme(field).cost(steps);
  if (predictor === undefined) return { nfe, macs };
  const { mean, hidden, activation } = predictor;
  return { nfe, macs: macs + predictorMacs(mean.length, hidden, activation) };
}

/** Rows whose bound is within the guard, and the others. A loop: this is done for every solve. */
function parted(bounds: Float64Array, guard: number): readonly [number[], number[]] {
  const within: number[] = [];
  const others: number[] = [];
  for (let row = 0; row < bounds.length; row++)
    ((bounds[row] as number) <= guard ? within : others).push(row);
  return [within, others];
}

function drawnFrom(rows: readonly number[], count: number, random: Random): number[] {
  const order = [...random.permutation(rows.length)].slice(0, count);
  return order.map((at) => rows[at] ?? 0);
}
