import { most } from "../../spec/internal.js";
import { fail } from "../../tensor/errors.js";
import type { StepController } from "./step-controller.js";

/** Size of an error whose elements are already divided by their tolerances; at most 1 passes. */
export type ErrorNorm = (scaled: Float64Array) => number;

/** How tolerances choose steps. */
export interface StepControl {
  /** Relative tolerance of a step. */
  readonly rtol: number;
  /** Absolute tolerance of a step, in units of y. */
  readonly atol: number;
  /** Size of an error divided by its tolerances; at most 1 passes. Of plain fields alone. Default: root mean square. */
  readonly norm?: ErrorNorm | undefined;
  /** Default: `integralController()`. */
  readonly stepController?: StepController | undefined;
  /** Attempted steps before giving up with `step-limit`. Default 100,000. */
  readonly maxSteps?: number | undefined;
  /**
   * A rejected step may not be followed by one shorter than this.
   * Default 0: until s + dt = s in float64, or 1e-30 of the span.
   */
  readonly minStep?: number;
  /** Default: unbounded. */
  readonly maxStep?: number;
  /** Size of the first step, without sign. Default: Hairer's choice, for one more evaluation of f. */
  readonly firstStep?: number;
  /**
   * `"clip"` (default) shortens the last step to end on t1 exactly; f is never evaluated beyond t1.
   * `"overshoot"` keeps its length and interpolates at t1, as torchdiffeq does; f is evaluated beyond t1.
   */
  readonly lastStep?: "clip" | "overshoot";
  /** Overrides the method's own; see `AdaptiveTableau.reuseLastStage`. */
  readonly reuseLastStage?: boolean;
  /**
   * Of compiled fields: columns of the state's last axis that error control sees, the first ones. What is integrated
   * along, such as a log-density, then follows the steps that the state needs. Default: all.
   */
  readonly toleranceColumns?: number;
}

/** Default tolerances. */
export type Tolerances = Pick<StepControl, "rtol" | "atol">;

/** Those of torchdiffeq. */
export const DEFAULT_TOLERANCES: Tolerances = { rtol: 1e-7, atol: 1e-9 };

/** Attempted steps of a solve whose author set no limit. */
export const DEFAULT_MAX_STEPS = 100_000;

/** @throws INVALID_ARGUMENT naming what makes no sense. */
export function checkStepControl(control: StepControl): void {
  const { rtol, atol, minStep = 0, maxStep, firstStep, maxSteps = 1 } = control;
  check("rtol", rtol, "a finite number, at least 0", rtol >= 0);
  check("atol", atol, "a finite number, at least 0", atol >= 0);
  check("rtol and atol", rtol + atol, "at least one above 0", rtol + atol > 0);
  check("minStep", minStep, "a finite number, at least 0", minStep >= 0);
  if (maxStep !== undefined) check("maxStep", maxStep, "above 0 and minStep", maxStep > minStep);
  if (firstStep !== undefined) check("firstStep", firstStep, "above 0", firstStep > 0);
  const isCount = Number.isInteger(maxSteps) && maxSteps >= 1 && maxSteps <= most.attempts;
  check("maxSteps", maxSteps, `a positive integer, at most ${most.attempts}`, isCount);
}

function check(what: string, value: number, expected: string, holds: boolean): void {
  if (!(holds && Number.isFinite(value)))
    throw fail("INVALID_ARGUMENT", { what, expected, received: String(value) });
}
