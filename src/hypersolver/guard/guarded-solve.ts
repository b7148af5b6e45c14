import {
  type AdaptiveMethod,
  adaptive,
  dopri5,
  type Field,
  type FixedMethod,
  type Method,
  orThrow,
  type Span,
  solveField,
} from "../../ode/index.js";
import { planMesh, stateType } from "../../ode/internal.js";
import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import { fail, type Tensor } from "../../tensor/index.js";
import { pickRows, stackedRows } from "../../tensor/internal.js";
import { fingerprintOf } from "../files/fingerprint.js";
import { stateErrors } from "../measure/measure.js";
import { mapSamples } from "../states/states.js";
import { type ScoreShift, scoreShift } from "./score-shift.js";
import { compileEnds } from "./scored-solve.js";
import { boundOf, levelOf, type SolveCalibration } from "./solve-calibration.js";

/** What is asked of a guarded solve. */
export interface GuardSpec {
  /** The largest bound that a sample's error may have, Euclidean: samples of larger ones are solved again. */
  readonly guard: number;
  /** How sure bounds are to be: the least calibrated coverage that is not below it is taken. Default 0.95. */
  readonly coverage?: number | undefined;
  /** What solves them again. Default: `guardFallback`. */
  readonly fallback?: Method | undefined;
}

/** What a guarded solve came to. Costs are of one sample. */
export interface GuardStatistics {
  readonly samples: number;
  /** The coverage that was calibrated. */
  readonly coverage: number;
  /** Samples that were solved again. */
  readonly refined: number;
  /** Those of them that were further than the guard from what solved them again, or broke. */
  readonly needed: number;
  /** Evaluations of f: of the fast solve, of the fallback, and the mean over all samples. */
  readonly fastNfe: number;
  readonly fallbackNfe: number;
  readonly meanNfe: number;
  /** Mean multiply–accumulates, f and g together. */
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
  /** How differently these are distributed than in the calibration; undefined for a method without scores. */
  readonly shift: ScoreShift | undefined;
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
 * samples whose bound exceeds the guard are solved again.
 * @throws INVALID_ARGUMENT for a guard that is no positive number or a coverage that was not calibrated; CARD_MISMATCH for a
 * calibration of another method, field, span or number of steps.
 */
export async function compileGuardedSolve(
  field: Field,
  method: FixedMethod,
  span: Span,
  calibration: SolveCalibration,
  { guard, coverage = 0.95, fallback = guardFallback(field, guard) }: GuardSpec,
  options: CompileOptions = {},
): Promise<CompiledGuardedSolve> {
  if (!(guard > 0 && guard < Number.POSITIVE_INFINITY))
    throw fail("INVALID_ARGUMENT", { what: "guard", expected: "a positive number", received: String(guard) });
  const level = levelOf(calibration, coverage);
  requireCalibrated(calibration, field, method, span);
  const solve = await compileEnds(field, method, span, calibration.score, options);
  const { nfe: fastNfe, macs } = method.scheme(field).cost(calibration.steps);
  return {
    run: async (z0, controls = {}, signal = undefined) => {
      const started = performance.now();
      const { end: fast, scores } = await solve.run(z0, controls);
      const bounds = scores.map((score) => boundOf(calibration, level, score));
      const refined = [...bounds.keys()].filter((row) => !((bounds[row] ?? Number.NaN) <= guard));
      const samples = bounds.length;
      const told = { bounds, scores, refined, shift: scoreShift(calibration, scores) };
      const known = { samples, coverage: level.coverage, refined: refined.length, fastNfe };
      const done = (): number => performance.now() - started;
      if (refined.length === 0) {
        const costs = { needed: 0, fallbackNfe: 0, meanNfe: fastNfe, meanMacs: macs };
        return { end: fast, ...told, statistics: { ...known, ...costs, milliseconds: done() } };
      }
      const again = mapSamples({ z0, controls }, (value) => pickRows(value, refined));
      const request = { ...options, span, method: fallback, controls: again.controls, signal };
      const solution = await solveField(field, again.z0, request);
      const better = orThrow(solution).states.at(-1) as Tensor;
      const { statistics } = solution;
      const moved = stateErrors(pickRows(fast, refined), better).samples;
      const share = refined.length / samples;
      const costs = {
        needed: moved.filter((distance) => !(distance <= guard)).length,
        fallbackNfe: statistics.nfe,
        meanNfe: fastNfe + share * statistics.nfe,
        meanMacs: macs + share * statistics.macs,
      };
      const end = replaced(fast, refined, better);
      return { end, ...told, statistics: { ...known, ...costs, milliseconds: done() } };
    },
    dispose: () => solve.dispose(),
  };
}

/** The first tensor, with rows of the second in the place of some. */
function replaced(fast: Tensor, rows: readonly number[], better: Tensor): Tensor {
  const order = Array.from({ length: fast.shape[0] ?? 0 }, (_, row) => row);
  for (const [i, row] of rows.entries()) order[row] = order.length + i;
  return pickRows(stackedRows([fast, better]), order);
}

/** Bounds hold for what was calibrated, and for nothing else. */
export function requireCalibrated(
  calibration: SolveCalibration,
  field: Field,
  { name, grid }: FixedMethod,
  span: Span,
): void {
  const { mesh } = planMesh(grid, { span });
  const text = (method: string, steps: number, [t0, t1]: Span): string =>
    `${method}, ${steps === 1 ? "1 step" : `${steps} steps`} from ${t0} to ${t1}`;
  const expected = text(calibration.method, calibration.steps, calibration.span);
  const received = text(name, mesh.length - 1, span);
  const isField = fingerprintOf(field) === calibration.fingerprint;
  if (expected === received && isField) return;
  throw fail("CARD_MISMATCH", {
    what: "guard",
    expected: `what its bounds were calibrated for: ${expected}, for the field ${calibration.fingerprint}`,
    received: isField ? received : `another field (other operators or weights), ${fingerprintOf(field)}`,
    help: "solve without a guard, or fit for this use",
  });
}
