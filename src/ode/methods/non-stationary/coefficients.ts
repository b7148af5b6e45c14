import { fail } from "../../../tensor/index.js";

/** How one state follows from an earlier one and the evaluations so far. */
export interface NonStationaryRow<C = number> {
  /** Index of the state that is gone on from, 0 for the first. */
  readonly from: number;
  /** What that state is multiplied by; 1 in consistent methods. */
  readonly scale: C;
  /** One a evaluation so far, in units of the step's size. */
  readonly weights: readonly C[];
}

/**
 * A solver for one span whose n evaluations each have coefficients of their own:
 *
 *     x_{i+1} = a_i x_{p(i)} + h Σ_{j ≤ i} b_ij f(s + c_j h, x_j),   i = 0 … n − 1,
 *
 * where h is the length of the span and x_n its outcome. Runge–Kutta and multistep methods of n evaluations are members. With
 * p = 0 these are the non-stationary solvers of N. Shaul et al., Bespoke Non-Stationary Solvers for Fast Sampling of
 * Diffusion and Flow Models, ICML 2024; with p(i) the start of a step it is the same family, and a change to an early
 * coefficient moves everything that comes after it.
 */
export interface NonStationaryCoefficients<C = number> {
  /** Places of the evaluations, as shares of the span: n numbers from 0 to 1. */
  readonly times: readonly C[];
  /** n of them; row i has i + 1 weights. */
  readonly rows: readonly NonStationaryRow<C>[];
}

/** A sum off by less is rounding. */
const ROUNDING = 1e-12;

/**
 * Checks coefficients that came from outside.
 * @throws INVALID_ARGUMENT naming what is wrong.
 */
export function checkCoefficients({ times, rows }: NonStationaryCoefficients): void {
  const check = (holds: boolean, what: string, expected: string, received: unknown): void => {
    if (!holds) throw fail("INVALID_ARGUMENT", { what, expected, received: String(received) });
  };
  check(times.length > 0, "times", "at least one evaluation", "none");
  check(rows.length === times.length, "rows", `${times.length}, one an evaluation`, rows.length);
  for (const [j, time] of times.entries())
    check(time >= 0 && time <= 1, `times, number ${j}`, "a share of the span, from 0 to 1", time);
  for (const [i, { from, scale, weights }] of rows.entries()) {
    const where = `rows, number ${i}`;
    const isState = Number.isInteger(from) && from >= 0 && from <= i;
    check(isState, `${where}: from`, `the index of an earlier state, 0 to ${i}`, from);
    check(Number.isFinite(scale), `${where}: scale`, "a finite number", scale);
    check(weights.length === i + 1, `${where}: weights`, `${i + 1} numbers`, `${weights.length} numbers`);
    check(weights.every(Number.isFinite), `${where}: weights`, "finite numbers", weights.join(", "));
  }
}

/**
 * Whether states follow the time that they are evaluated at: all scales are 1, and the weights of every row add up to the
 * time between the state that it starts from and its own. A method that is not consistent solves one problem only.
 */
export function isConsistent({ times, rows }: NonStationaryCoefficients): boolean {
  return rows.every(({ from, scale, weights }, i) => {
    const covered = (times[i + 1] ?? 1) - (times[from] ?? 0);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return scale === 1 && Math.abs(sum - covered) < ROUNDING;
  });
}
