import type { NonStationaryCoefficients } from "../../ode/index.js";
import { fail } from "../../tensor/index.js";
import type { CorrectionNetwork } from "../correction/correction.js";

/**
 * Coefficients of a solver's own with networks on top:
 *
 *     x_{i+1} = a_i x_{p(i)} + h Σ_{j ≤ i} b_ij f(s + c_j h, x_j) + κ_i g_i(…),
 *
 * where every few evaluations a network g corrects the state: coefficients keep a step in the span of what f said, the
 * same for all states; what lies outside, and what differs from state to state, is for g.
 */
export interface CorrectedCoefficients<C = number> {
  readonly coefficients: NonStationaryCoefficients<C>;
  /** Evaluations from one correction to the next; the last state is always corrected. */
  readonly every: number;
  /** κ, one a correction. */
  readonly gains: readonly C[];
  /** One a correction; or a single one, which makes them all. */
  readonly networks: readonly CorrectionNetwork[];
}

/** The evaluations between two corrections: from `start`, before `end`; the state of index `end` is corrected. */
export interface CorrectionBlock {
  readonly start: number;
  readonly end: number;
}

/** Where so many evaluations are corrected. */
export function correctionBlocks(evaluations: number, every: number): CorrectionBlock[] {
  return Array.from({ length: Math.ceil(evaluations / every) }, (_, i) => ({
    start: i * every,
    end: Math.min((i + 1) * every, evaluations),
  }));
}

/**
 * Checks that there is what every correction needs.
 * @throws INVALID_ARGUMENT naming what is wrong.
 */
export function checkCorrected({ coefficients, every, gains, networks }: CorrectedCoefficients): void {
  const check = (holds: boolean, what: string, expected: string, received: unknown): void => {
    if (!holds) throw fail("INVALID_ARGUMENT", { what, expected, received: String(received) });
  };
  const evaluations = coefficients.times.length;
  const isCount = Number.isInteger(every) && every >= 1;
  check(isCount, "every", "a number of evaluations, 1 or more", every);
  const { length } = correctionBlocks(evaluations, every);
  check(gains.length === length, "gains", `${length}, one a correction`, gains.length);
  check(gains.every(Number.isFinite), "gains", "finite numbers", gains.join(", "));
  const some = networks.length === length || networks.length === 1;
  check(some, "networks", `${length}, one a correction, or 1 for all`, networks.length);
  checkShared(evaluations, every, networks.length === 1);
}

/**
 * One network for all corrections is given as many stages everywhere.
 * @throws INVALID_ARGUMENT where the last correction has fewer.
 */
export function checkShared(evaluations: number, every: number, shared: boolean): void {
  if (!shared || evaluations <= every || evaluations % every === 0) return;
  throw fail("INVALID_ARGUMENT", {
    what: "evaluations",
    expected: `a multiple of ${every}: one network for all corrections sees as many evaluations each time`,
    received: String(evaluations),
    help: "give every correction a network of its own, or correct after another number of evaluations",
  });
}
