import type { StepController } from "./controller.js";

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

export interface AdaptiveOptions<Y> {
  /** Times of the wanted states, strictly monotone; the first is where y0 holds. [a, a] is a span of zero length. */
  readonly times: readonly number[];
  /** Default: `integralController()`. */
  readonly controller?: StepController;
  /** Attempted steps before giving up with `step-limit`. Default 100,000. */
  readonly maxSteps?: number;
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
  readonly signal?: AbortSignal;
  readonly onStep?: (event: StepEvent<Y>) => void;
}
