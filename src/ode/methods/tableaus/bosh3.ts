import { type AdaptiveTableau, defineTableau } from "../tableau.js";

/**
 * The 3(2) pair of Bogacki and Shampine. Order 3, 4 stages (3 evaluations a step), embedded order 2, FSAL.
 * Aliases: `bogacki_shampine`, `ode23`. Not to be confused with their 5(4) pair, BS5.
 * Dense output: cubic Hermite, of order 3 like the method, as its authors propose. (torchdiffeq draws a quartic
 * through y0 + dt/2 k_2 instead, which is not a state on the solution to that order: errors there are ten times ours.)
 * Reference: P. Bogacki, L. F. Shampine, A 3(2) pair of Runge-Kutta formulas, Appl. Math. Lett. 2 (1989).
 */
export const bosh3: AdaptiveTableau = defineTableau({
  name: "bosh3",
  aliases: ["bogacki_shampine", "ode23"],
  order: 3,
  a: [[], [1 / 2], [0, 3 / 4], [2 / 9, 1 / 3, 4 / 9]],
  b: [2 / 9, 1 / 3, 4 / 9, 0],
  c: [0, 1 / 2, 3 / 4, 1],
  bError: [2 / 9 - 7 / 24, 1 / 3 - 1 / 4, 4 / 9 - 1 / 3, -1 / 8],
  embeddedOrder: 2,
  reference: "P. Bogacki, L. F. Shampine, Appl. Math. Lett. 2 (1989) 321-325",
});
