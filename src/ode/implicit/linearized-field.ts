import type { Awaitable } from "../step-control/stepper.js";

/** The derivatives of f at one point. */
export interface Linearization {
  /** ∂f/∂y of every sample, [n, d, d], row by row. */
  readonly jacobian: Float64Array;
  /** ∂f/∂s, [n, d]. */
  readonly rate: Float64Array;
}

/** Where derivatives are asked for, and the size of the step that is to be taken with them. */
export interface LinearizationPoint {
  readonly s: number;
  readonly dt: number;
  readonly y: Float64Array;
  /** f(s, y). */
  readonly k: Float64Array;
}

/** What an implicit method asks of a field. States are n samples of d numbers side by side; samples do not mix. */
export interface LinearizedField {
  /** d. */
  readonly width: number;
  /** Evaluations of f, or products of its Jacobian with a vector, that a linearization takes. */
  readonly evaluationsPerLinearization: number;
  /** f(s, y), a new array. */
  evaluate(s: number, y: Float64Array): Awaitable<Float64Array>;
  linearize(at: LinearizationPoint): Awaitable<Linearization>;
}
