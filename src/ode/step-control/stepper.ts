import type { FloatDType } from "../../tensor/index.js";

/** A value now or later: a plain stepper answers at once, a compiled program after its run. */
export type Awaitable<T> = T | Promise<T>;

/** f at one point. */
interface Evaluation<Y> {
  readonly k: Y;
  /** Flat index of the first NaN or infinite element of k; undefined when all are finite. */
  readonly firstBadIndex: number | undefined;
}

/** All that one attempted step yields. A compiled implementation computes it in one program run. */
export interface Trial<Y> {
  readonly y1: Y;
  /** f to start the next step with; undefined when the method has none (see `AdaptiveTableau.reuseLastStage`). */
  readonly k1: Y | undefined;
  /** Norm of error / (atol + rtol max(|y0|, |y1|)); the step passes up to 1. NaN when something is not finite. */
  readonly errorRatio: number;
  /** Flat index of the first NaN or infinite element of y1, or else of a stage; undefined when all are finite. */
  readonly firstBadIndex: number | undefined;
  /** What `interpolate` needs beside y0, y1 and derivatives; the loop passes it through without looking. */
  readonly stages: readonly Y[];
  /** Evaluations of f that a linearization of the field took in this attempt, where there was one. */
  readonly linearization?: number;
  /** How near the step is to the end of stability, 1 being there; see `stiffnessTest`. */
  readonly stiffness?: number | undefined;
}

/** An accepted step, for dense output. */
interface AcceptedStep<Y> {
  readonly s: number;
  readonly dt: number;
  readonly y0: Y;
  readonly y1: Y;
  /** f at the end of the step. */
  readonly k1: Y;
  readonly stages: readonly Y[];
}

/**
 * What the adaptive loop asks of an implementation. The loop owns time, step sizes and decisions; the stepper owns
 * states, tolerances and the norm. Evaluations of f are counted by contract: one by `evaluate`, one by `initialStep`,
 * `evaluationsPerTrial` and what a linearization takes by `trial`, none by the others.
 */
export interface AdaptiveStepper<Y> {
  /** q of an error estimate that is O(dt^q). */
  readonly errorOrder: number;
  readonly evaluationsPerTrial: number;
  /** f(s, y). */
  evaluate(s: number, y: Y): Awaitable<Evaluation<Y>>;
  /**
   * A first step size for k0 = f(s, y).
   * @param span signed distance to the end of the integration; f is not evaluated beyond it.
   * @returns size without sign, in (0, |span|].
   */
  initialStep(s: number, y: Y, k0: Y, span: number): Awaitable<number>;
  /** One attempt from (s, y) to s + dt, with k0 = f(s, y). */
  trial(s: number, dt: number, y: Y, k0: Y): Awaitable<Trial<Y>>;
  /** The state at s + theta·dt inside a step, 0 < theta < 1. */
  interpolate(step: AcceptedStep<Y>, theta: number): Awaitable<Y>;
  /** The element type of states, where its rounding at y is more than the tolerances allow: no step can meet them. */
  coarseType(y: Y): FloatDType | undefined;
  /** Flat index of the first NaN or infinite element of a state. */
  firstBadIndex(y: Y): Awaitable<number | undefined>;
}
