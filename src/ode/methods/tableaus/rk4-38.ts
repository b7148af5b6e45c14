import { type ButcherTableau, defineTableau } from "../tableau.js";

/**
 * Kutta's 3/8 rule. Order 4, 4 stages, no embedded method, not FSAL.
 * Aliases: `rk4_three_eighths`, `kutta_38`. It is what torchdiffeq calls `rk4`; not to be confused with our `rk4`, the
 * classic method, which has the same cost and slightly larger error constants.
 * Reference: W. Kutta, Beitrag zur näherungsweisen Integration totaler Differentialgleichungen, Z. Math. Phys. 46 (1901).
 */
export const rk4ThreeEighths: ButcherTableau = defineTableau({
  name: "rk4_38",
  aliases: ["rk4_three_eighths", "kutta_38"],
  order: 4,
  a: [[], [1 / 3], [-1 / 3, 1], [1, -1, 1]],
  b: [1 / 8, 3 / 8, 3 / 8, 1 / 8],
  c: [0, 1 / 3, 2 / 3, 1],
  reference: "W. Kutta, Z. Math. Phys. 46 (1901) 435-453",
});
