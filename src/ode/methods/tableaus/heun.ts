import { type ButcherTableau, defineTableau } from "../tableau.js";

/**
 * Heun's method of order 2, the explicit trapezoidal rule. 2 stages, no embedded method, not FSAL.
 * Aliases: `heun2`, `improved_euler`, `explicit_trapezoid`. Not to be confused with `heun3` (order 3), with Ralston's
 * method, which some books call Heun's, or with `adaptive_heun`, the same method with an error estimate.
 * Reference: K. Heun, Neue Methoden zur approximativen Integration …, Z. Math. Phys. 45 (1900).
 */
export const heun: ButcherTableau = defineTableau({
  name: "heun",
  title: "Heun",
  aliases: ["heun2", "improved_euler", "explicit_trapezoid"],
  order: 2,
  a: [[], [1]],
  b: [1 / 2, 1 / 2],
  c: [0, 1],
  reference: "K. Heun, Z. Math. Phys. 45 (1900) 23-38",
});
