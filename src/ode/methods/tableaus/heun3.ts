import { type ButcherTableau, defineTableau } from "../tableau.js";

/**
 * Heun's method of order 3. 3 stages, no embedded method, not FSAL. No aliases.
 * Not to be confused with `heun` (order 2) or with Kutta's method of order 3.
 * Reference: K. Heun, Neue Methoden zur approximativen Integration …, Z. Math. Phys. 45 (1900).
 */
export const heun3: ButcherTableau = defineTableau({
  name: "heun3",
  order: 3,
  a: [[], [1 / 3], [0, 2 / 3]],
  b: [1 / 4, 0, 3 / 4],
  c: [0, 1 / 3, 2 / 3],
  reference: "K. Heun, Z. Math. Phys. 45 (1900) 23-38",
});
