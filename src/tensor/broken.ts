import { type ErrorCode, isHypersolversError } from "./errors.js";

/**
 * What stands where a result would, when making it broke: a solve that ran into NaN or a limit. A value and no error, so
 * that what else was asked goes on; and no number, so that nobody takes it for one.
 */
export interface Broken {
  readonly broken: ErrorCode;
  /** What was said, for people. */
  readonly reason: string;
}

/** Narrows a result to one that broke down. */
export const isBroken = (result: object | undefined): result is Broken =>
  result !== undefined && "broken" in result;

/** How solves end that began well: outcomes of a method on these states. Any other error is a fault of the request. */
const breakdowns: readonly ErrorCode[] = ["NON_FINITE", "STEP_LIMIT", "STEP_UNDERFLOW"];

/** The result, or what is said of one that broke. @throws every other error as it is. */
export async function unlessItBreaks<T extends object | undefined>(result: Promise<T>): Promise<T | Broken> {
  try {
    return await result;
  } catch (error) {
    if (isHypersolversError(error) && breakdowns.includes(error.code))
      return { broken: error.code, reason: error.message };
    throw error;
  }
}
