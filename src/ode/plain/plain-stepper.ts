import { plainAlgebra, type VectorField } from "../methods/algebra.js";
import { denseWeights } from "../methods/interpolation.js";
import { embeddedStep } from "../methods/runge-kutta.js";
import { type AdaptiveTableau, errorOrder, reusesLastStage } from "../methods/tableau.js";
import { initialStepGuess, initialStepSize } from "../step-control/initial-step.js";
import type { ErrorNorm } from "../step-control/step-control.js";
import type { AdaptiveStepper, Awaitable } from "../step-control/stepper.js";
import { stiffnessTest } from "../step-control/stiffness.js";
import { isBelowRounding, largestOf } from "../step-control/tolerance-floor.js";
import { firstBadIndex } from "./plain-field.js";

/** What "accurate enough" means: |error_i| against atol + rtol |y_i|, joined by a norm. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
  /** Default: `rmsNorm`. */
  readonly norm?: ErrorNorm | undefined;
  /** Overrides `AdaptiveTableau.reuseLastStage` of a method that is not FSAL (an FSAL stage is always reused). */
  readonly reuseLastStage?: boolean;
}

/** Root mean square over the whole state: all elements of a batch decide together. */
export function rmsNorm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length));
}

/** Norm of x / (atol + rtol max(|y0|, |y1|)): errors, derivatives and states in units of what is allowed. */
export function scaledNorm(
  { rtol, atol, norm = rmsNorm }: Tolerance,
  x: Float64Array,
  y0: Float64Array,
  y1: Float64Array,
): number {
  return norm(x.map((e, i) => scaled(e, atol + rtol * Math.max(Math.abs(y0[i] ?? 0), Math.abs(y1[i] ?? 0)))));
}

/** Steps float64 arrays through a JavaScript field with an embedded pair. */
export function plainStepper(
  tableau: AdaptiveTableau,
  field: VectorField<Float64Array, number>,
  tolerance: Tolerance,
): AdaptiveStepper<Float64Array> {
  const reuse = reusesLastStage(tableau, tolerance);
  const test = stiffnessTest(tableau);
  return {
    errorOrder: errorOrder(tableau),
    evaluationsPerTrial: tableau.stages - 1,
    evaluate: (s, y) => {
      const k = field(s, y);
      return { k, firstBadIndex: firstBadIndex(k) };
    },
    initialStep: (s, y, k0, span) => firstStepSize(field, tolerance, errorOrder(tableau), { s, y, k0, span }),
    trial: (s, dt, y, k0) => {
      const { y1, stages, error } = embeddedStep(tableau, field, plainAlgebra, { s, dt, y, k0 });
      const arrays = [y1, ...stages];
      const size = (weights: readonly number[]): number =>
        rmsNorm(plainAlgebra.increment(dt, weights, stages));
      return {
        y1,
        stages,
        k1: reuse ? stages.at(-1) : undefined,
        errorRatio: scaledNorm(tolerance, error, y, y1),
        stiffness: test && size(test.slopes) / size(test.weights) / test.bound,
        firstBadIndex: arrays.map(firstBadIndex).find((index) => index !== undefined),
      };
    },
    interpolate: ({ y0, dt, stages, k1 }, theta) =>
      plainAlgebra.combine(y0, dt, denseWeights(tableau, theta), [...stages, k1]),
    coarseType: (y) => (isBelowRounding(tolerance, "float64", largestOf(y)) ? "float64" : undefined),
    firstBadIndex,
  };
}

/**
 * Hairer's first step of float64 states, for one evaluation of f.
 * @param order q of an error estimate that is O(dt^q).
 * @param at where the solve starts, k0 = f(s, y), and the signed distance to its end.
 */
export async function firstStepSize(
  field: (s: number, y: Float64Array) => Awaitable<Float64Array>,
  tolerance: Tolerance,
  order: number,
  at: { readonly s: number; readonly y: Float64Array; readonly k0: Float64Array; readonly span: number },
): Promise<number> {
  const { s, y, k0, span } = at;
  const limit = Math.abs(span);
  const d1 = scaledNorm(tolerance, k0, y, y);
  const h0 = initialStepGuess(scaledNorm(tolerance, y, y, y), d1, limit);
  const signed = Math.sign(span) * h0;
  const k1 = await field(s + signed, plainAlgebra.combine(y, signed, [1], [k0]));
  const change = k1.map((value, i) => value - (k0[i] ?? 0));
  return initialStepSize(h0, d1, scaledNorm(tolerance, change, y, y) / h0, order, limit);
}

/** With atol = 0 an element that stays exactly zero has tolerance zero; an exact zero still passes. */
function scaled(error: number, tolerance: number): number {
  return error === 0 ? 0 : error / tolerance;
}
