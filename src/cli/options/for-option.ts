import { isHypersolversError } from "../../tensor/errors.js";
import { UsageError } from "./usage-error.js";

/**
 * Runs a check or look-up of the library for what an option says: what it refuses is a usage error.
 * @param option undefined: the one that the library names, such as `run.json: fit.iterations`.
 */
export function forOption<T>(option: string | undefined, lookUp: () => T): T {
  try {
    return lookUp();
  } catch (error) {
    if (!isHypersolversError(error, "INVALID_ARGUMENT")) throw error;
    const { what, expected = "another value", received = "this", help } = error.facts;
    throw new UsageError({ option: option ?? what, expected, received, help });
  }
}
