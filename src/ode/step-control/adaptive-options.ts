import type { StepControl } from "./step-control.js";

/** One attempted step, as `onStep` sees it. */
export interface StepEvent<Y> {
  readonly s: number;
  readonly dt: number;
  readonly accepted: boolean;
  /** Error estimate / tolerance; undefined where steps are fixed, NaN where something is not finite. */
  readonly errorRatio: number | undefined;
  /** State at s + dt when accepted, else the unchanged state at s. */
  readonly y: Y;
}

/** What the adaptive loop needs to know beside its stepper, which owns the tolerances. */
export interface AdaptiveOptions<Y>
  extends Pick<
    StepControl,
    "stepController" | "maxSteps" | "minStep" | "maxStep" | "firstStep" | "lastStep"
  > {
  /** Times of the wanted states, strictly monotone; the first is where y0 holds. [a, a] is a span of zero length. */
  readonly times: readonly number[];
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((event: StepEvent<Y>) => void) | undefined;
}
