import { isHypersolversError } from "../tensor/index.js";

/** Ends of a solve that has no gradient: one batch of points that start where f is wild, or a step too long. */
const brokenSolves = ["NON_FINITE", "STEP_LIMIT", "STEP_UNDERFLOW"] as const;

/** As a loss that is NaN: the step is not taken, and training goes on unless that happens again and again. */
export async function unlessItBreaks<T>(result: Promise<T>): Promise<T | { readonly obstacle: string }> {
  try {
    return await result;
  } catch (error) {
    if (brokenSolves.some((code) => isHypersolversError(error, code)))
      return { obstacle: (error as Error).message };
    throw error;
  }
}
