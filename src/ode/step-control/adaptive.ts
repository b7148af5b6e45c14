import { shortNumber } from "../../tensor/internal.js";
import { interruption } from "../problem/interruption.js";
import { checkMonotone } from "../problem/mesh.js";
import { type Solution, SolutionRecorder } from "../problem/solution.js";
import type { AdaptiveOptions } from "./adaptive-options.js";
import { lostCause } from "./lost-cause.js";
import { DEFAULT_MAX_STEPS } from "./step-control.js";
import {
  type ControllerState,
  type Decision,
  integralController,
  type StepController,
} from "./step-controller.js";
import type { AdaptiveStepper, Trial } from "./stepper.js";

/**
 * Integrates with automatic step size: start, then attempt, judge and move until the last time is passed.
 * Nothing loops for ever: every attempt counts against `maxSteps`, rejections shrink the step until it underflows, and
 * tolerances below rounding are given up on once it shows that they will use up all attempts.
 * Cost: 2 evaluations of f to start (1 with `firstStep`), `evaluationsPerTrial` an attempt, and, for methods that do
 * not reuse their last stage, 1 for each accepted step that has a successor or requested times inside.
 * @param y0 state at times[0].
 * @returns states at `times` by dense output, or the failure as a value. Exceptions of the field pass through.
 * @throws INVALID_ARGUMENT when times are not strictly monotone.
 * Reference: E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., section II.4.
 */
export async function integrateAdaptive<Y>(
  stepper: AdaptiveStepper<Y>,
  y0: Y,
  options: AdaptiveOptions<Y>,
): Promise<Solution<Y>> {
  const times = checkMonotone(options.times, "times");
  const recorder = new SolutionRecorder(times, y0);
  const badState = await stepper.firstBadIndex(y0);
  if (badState !== undefined) return recorder.nonFinite("In the initial state", badState);
  const t0 = times[0] ?? 0;
  const t1 = times.at(-1) ?? t0;
  if (t0 === t1) return finishAtStart(recorder, y0);
  const first = await stepper.evaluate(t0, y0);
  recorder.nfe++;
  if (first.firstBadIndex !== undefined) {
    return recorder.nonFinite(`In f at the start, s = ${shortNumber(t0)}`, first.firstBadIndex);
  }
  const { stepController = integralController(), firstStep } = options;
  if (firstStep === undefined) recorder.nfe++;
  const stepSize = firstStep ?? (await stepper.initialStep(t0, y0, first.k, t1 - t0));
  const start = { s: t0, y: y0, k0: first.k, stepSize, control: stepController.initial };
  const span = t1 - t0;
  const shortest = Math.max(options.minStep ?? 0, SMALLEST_SHARE * Math.abs(span));
  const run = { stepper, recorder, stepController, t0, t1, direction: Math.sign(span), shortest, options };
  return advanceToEnd(run, start);
}

/** Shortest step in terms of the span. Only felt near s = 0, where s + dt = s comes hundreds of rejections later. */
const SMALLEST_SHARE = 1e-30;

/** What stays the same during one solve, but for the recorder, which collects. */
interface Run<Y> {
  readonly stepper: AdaptiveStepper<Y>;
  readonly recorder: SolutionRecorder<Y>;
  readonly stepController: StepController;
  readonly t0: number;
  readonly t1: number;
  /** +1 or -1. */
  readonly direction: number;
  /** No attempt is shorter after a rejection. */
  readonly shortest: number;
  readonly options: AdaptiveOptions<Y>;
}

/** Where the integration stands. */
interface Point<Y> {
  readonly s: number;
  readonly y: Y;
  /** f(s, y). */
  readonly k0: Y;
  /** Size of the next attempt, without sign. */
  readonly stepSize: number;
  readonly control: ControllerState;
}

/** An attempt about to be made: signed dt and where it ends. */
interface Attempt {
  readonly dt: number;
  readonly s1: number;
}

async function advanceToEnd<Y>(run: Run<Y>, start: Point<Y>): Promise<Solution<Y>> {
  const { recorder, stepper, stepController } = run;
  const { maxSteps = DEFAULT_MAX_STEPS, signal, onStep } = run.options;
  const isInterrupted = interruption(signal);
  let point = start;
  for (;;) {
    if (await isInterrupted()) return recorder.interrupted();
    if (recorder.triedSteps >= maxSteps) return recorder.stepLimit(run.t1);
    const lost = lostCause(run, point, maxSteps);
    if (lost !== undefined) return lost;
    const attempt = nextAttempt(run, point);
    if (attempt.s1 === point.s) return underflow(run, point.stepSize);
    const trial = await stepper.trial(point.s, attempt.dt, point.y, point.k0);
    recorder.nfe += stepper.evaluationsPerTrial;
    recorder.linearized(trial.linearization);
    const errorRatio = allFinite(trial) ? trial.errorRatio : Number.NaN;
    const decision = stepController.decide(point.control, errorRatio, stepper.errorOrder);
    const outcome = decision.accept
      ? await accept(run, point, attempt, trial, decision)
      : reject(run, point, attempt, trial, decision);
    const y = decision.accept ? trial.y1 : point.y;
    onStep?.({ s: point.s, dt: attempt.dt, accepted: decision.accept, errorRatio, y });
    if ("status" in outcome) return outcome;
    point = outcome;
  }
}

/** A relative gap to t1 below this is closed by stretching the step: no sliver of a last step. */
const SLIVER = 1e-12;

function nextAttempt<Y>({ t1, direction, options }: Run<Y>, { s, stepSize }: Point<Y>): Attempt {
  const { maxStep = Number.POSITIVE_INFINITY, lastStep = "clip" } = options;
  const bounded = Math.min(stepSize, maxStep);
  const remaining = t1 - s;
  if (lastStep === "clip" && bounded >= Math.abs(remaining) * (1 - SLIVER)) return { dt: remaining, s1: t1 };
  const dt = direction * bounded;
  return { dt, s1: s + dt };
}

/** Moves to the end of the step, storing requested states on the way; a solution when that was the last step. */
async function accept<Y>(
  run: Run<Y>,
  { s, y }: Point<Y>,
  { dt, s1 }: Attempt,
  { y1, k1: reused, stages, stiffness }: Trial<Y>,
  { factor, state }: Decision,
): Promise<Point<Y> | Solution<Y>> {
  const { recorder, stepper, t1 } = run;
  recorder.accept(s1, y1);
  recorder.stiffness.add(stiffness);
  recorder.jumps.accepted(s1, run.direction);
  if (s1 === t1 && recorder.nextTime === t1) {
    recorder.save(y1);
    return recorder.succeed();
  }
  const end = reused === undefined ? await stepper.evaluate(s1, y1) : { k: reused, firstBadIndex: undefined };
  if (reused === undefined) recorder.nfe++;
  if (end.firstBadIndex !== undefined)
    return recorder.nonFinite(`In f at s = ${shortNumber(s1)}`, end.firstBadIndex);
  const step = { s, dt, y0: y, y1, k1: end.k, stages };
  for (let time = recorder.nextTime; time !== undefined; time = recorder.nextTime) {
    if (isBefore(run, s1, time)) break;
    recorder.save(time === s1 ? y1 : await stepper.interpolate(step, (time - s) / dt));
  }
  if (recorder.nextTime === undefined) return recorder.succeed();
  return { s: s1, y: y1, k0: end.k, stepSize: Math.abs(dt) * factor, control: state };
}

/** Stays, with a smaller step; a failure when the step cannot become smaller. */
function reject<Y>(
  run: Run<Y>,
  point: Point<Y>,
  { dt, s1 }: Attempt,
  trial: Trial<Y>,
  { factor, state }: Decision,
): Point<Y> | Solution<Y> {
  const { recorder, direction, shortest } = run;
  recorder.rejectedSteps++;
  recorder.jumps.refused(dt, s1, trial.errorRatio);
  const stepSize = Math.abs(dt) * factor;
  const { s } = point;
  if (stepSize >= shortest && s + direction * stepSize !== s) return { ...point, stepSize, control: state };
  if (allFinite(trial)) return underflow(run, stepSize);
  return recorder.nonFinite(`In every step from s = ${shortNumber(s)}, however short`, trial.firstBadIndex);
}

function allFinite<Y>({ firstBadIndex, errorRatio }: Trial<Y>): boolean {
  return firstBadIndex === undefined && Number.isFinite(errorRatio);
}

function isBefore<Y>({ direction }: Run<Y>, s: number, end: number): boolean {
  return direction * (end - s) > 0;
}

function underflow<Y>({ recorder }: Run<Y>, stepSize: number): Solution<Y> {
  const message = `The step size fell to ${shortNumber(stepSize)} at s = ${shortNumber(recorder.lastGood.s)}. The solution grows beyond bounds there, or the field is stiff or discontinuous, or the tolerances ask for more than float64 has: shorten the span, loosen rtol and atol, or take an implicit method, such as rodas4@1e-5.`;
  return recorder.finish("step-underflow", message);
}

function finishAtStart<Y>(recorder: SolutionRecorder<Y>, y0: Y): Solution<Y> {
  if (recorder.nextTime !== undefined) recorder.save(y0);
  return recorder.succeed();
}
