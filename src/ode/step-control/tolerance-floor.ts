import { type FloatDType, type Tensor, toFloat64 } from "../../tensor/index.js";
import type { Solution } from "../problem/solution.js";
import type { Tolerances } from "./step-control.js";

/** Largest relative error of rounding a number: half the distance from 1 to the next one. */
export const unitRoundoff: Readonly<Record<FloatDType, number>> = { float32: 2 ** -24, float64: 2 ** -53 };

/**
 * Whether a step may err by less than storing its result does: atol + rtol |z| < u |z|, u the unit roundoff. Error
 * estimates do not see rounding, so such a solve "succeeds"; it takes more steps, and each of them rounds once more.
 * @param magnitude largest |z| of the states.
 */
export const isBelowRounding = ({ rtol, atol }: Tolerances, dtype: FloatDType, magnitude: number): boolean =>
  atol + rtol * magnitude < unitRoundoff[dtype] * magnitude;

/** Largest absolute value. */
export const largestOf = (values: Float64Array): number =>
  values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);

/** The same of a tensor. */
export const magnitudeOf = (states: Tensor): number => largestOf(toFloat64(states));

/** `The tolerances are below the rounding of float32, 6e-8 of the state, …` */
export const belowRounding = (dtype: FloatDType, consequence: string): string =>
  `The tolerances are below the rounding of ${dtype}, ${unitRoundoff[dtype].toPrecision(1)} of the state, ${consequence}`;

/** The solution; its message says so where the element type could not meet the tolerances. */
export function withToleranceFloor<S extends Solution<Tensor>>(solution: S, tolerances: Tolerances): S {
  const { states, status, message } = solution;
  const dtype = states[0]?.dtype;
  if (status !== "success" || (dtype !== "float32" && dtype !== "float64")) return solution;
  const magnitude = Math.max(...states.map(magnitudeOf));
  if (!isBelowRounding(tolerances, dtype, magnitude)) return solution;
  return { ...solution, message: `${message} ${belowRounding(dtype, "and were not met.")}` };
}
