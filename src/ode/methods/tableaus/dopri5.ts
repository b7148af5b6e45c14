import { type AdaptiveTableau, defineTableau } from "../tableau.js";

/**
 * The 5(4) pair of Dormand and Prince. Order 5, 7 stages (6 evaluations a step), embedded order 4, FSAL.
 * Aliases: `dormand_prince`, `ode45`. Not to be confused with MATLAB-like codes that use other error weights: b̂ here is
 * Shampine's variant, 1951/21600 …, as in torchdiffeq, not the 5179/57600 … of the 1980 paper.
 * Dense output: the quartic of order 4 through Shampine's mid-point.
 * Reference: J. R. Dormand, P. J. Prince, A family of embedded Runge-Kutta formulae, J. Comput. Appl. Math. 6 (1980);
 *   L. F. Shampine, Some practical Runge-Kutta formulas, Math. Comp. 46 (1986).
 */
export const dopri5: AdaptiveTableau = defineTableau({
  name: "dopri5",
  aliases: ["dormand_prince", "ode45"],
  order: 5,
  a: [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  ],
  b: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0],
  c: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1],
  bError: [
    35 / 384 - 1951 / 21600,
    0,
    500 / 1113 - 22642 / 50085,
    125 / 192 - 451 / 720,
    -2187 / 6784 + 12231 / 42400,
    11 / 84 - 649 / 6300,
    -1 / 60,
  ],
  embeddedOrder: 4,
  bMid: [
    6025192743 / 30085553152 / 2,
    0,
    51252292925 / 65400821598 / 2,
    -2691868925 / 45128329728 / 2,
    187940372067 / 1594534317056 / 2,
    -1776094331 / 19743644256 / 2,
    11237099 / 235043384 / 2,
  ],
  reference: "J. R. Dormand, P. J. Prince, J. Comput. Appl. Math. 6 (1980) 19-26",
});
