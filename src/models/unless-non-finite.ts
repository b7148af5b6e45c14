import { isHypersolversError } from "../tensor/index.js";

/** A solve that meets NaN or infinity has no gradient, as a loss that is NaN: undefined, and the step is not taken. */
export async function unlessNonFinite<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (isHypersolversError(error, "NON_FINITE")) return undefined;
    throw error;
  }
}
