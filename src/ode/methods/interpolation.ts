import type { AdaptiveTableau } from "./tableau.js";

/**
 * Dense output as weights: y(s + θ dt) ≈ y0 + dt Σ_i w_i(θ) k_i over [...stages, k1], where k1 = f at the end of the
 * step. Being a linear combination of stages, it needs nothing of an algebra but `combine`.
 *
 * With `bMid` the polynomial is the quartic through y0, the middle state and y1 with derivatives k0 and k1: for dopri5
 * Shampine's, of order 4; for tsit5 it equals Tsitouras' own interpolant, which is the unique quartic with these data.
 * Without, the cubic Hermite polynomial of y0, y1, k0, k1, of order 3.
 * @param theta where in the step, 0 at its start and 1 at its end.
 * @returns one weight a stage and one for k1, length `stages + 1`.
 * Reference: L. F. Shampine, Some practical Runge-Kutta formulas, Math. Comp. 46 (1986); E. Hairer, S. P. Nørsett,
 *   G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., section II.6.
 */
export function denseWeights(tableau: AdaptiveTableau, theta: number): readonly number[] {
  const { b, bMid } = tableau;
  const basis = bMid === undefined ? cubicBasis(theta) : quarticBasis(theta);
  const weights = b.map((weight, i) => basis.y1 * weight + basis.yMid * (bMid?.[i] ?? 0));
  weights[0] = (weights[0] ?? 0) + basis.k0;
  return [...weights, basis.k1];
}

/** Share of each datum in the polynomial: increments of y1 and yMid over y0, derivatives k0 and k1 times dt. */
interface Basis {
  readonly y1: number;
  readonly yMid: number;
  readonly k0: number;
  readonly k1: number;
}

function quarticBasis(x: number): Basis {
  return {
    y1: x * x * (-5 + x * (14 - 8 * x)),
    yMid: 16 * x * x * (1 - x) * (1 - x),
    k0: x * (1 + x * (-4 + x * (5 - 2 * x))),
    k1: x * x * (1 + x * (-3 + 2 * x)),
  };
}

function cubicBasis(x: number): Basis {
  return { y1: x * x * (3 - 2 * x), yMid: 0, k0: x * (1 - x) * (1 - x), k1: x * x * (x - 1) };
}
