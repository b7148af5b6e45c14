import { type ButcherTableau, defineTableau } from "../tableau.js";

/**
 * Ralston's method of order 2: least bound of the truncation error among two-stage methods. Not FSAL, no embedded
 * method. Aliases: `ralston2`. Not to be confused with Ralston's methods of order 3 and 4.
 * Reference: A. Ralston, Runge-Kutta methods with minimum error bounds, Math. Comp. 16 (1962).
 */
export const ralston: ButcherTableau = defineTableau({
  name: "ralston",
  title: "Ralston",
  aliases: ["ralston2"],
  order: 2,
  a: [[], [2 / 3]],
  b: [1 / 4, 3 / 4],
  c: [0, 2 / 3],
  reference: "A. Ralston, Math. Comp. 16 (1962) 431-437",
});
