import { type ButcherTableau, defineTableau } from "../tableau.js";

/**
 * The classic Runge–Kutta method. Order 4, 4 stages, no embedded method, not FSAL.
 * Aliases: `rk4_classic`, `runge_kutta4`. Not to be confused with `rk4_38`: torchdiffeq's `rk4` is that one.
 * Reference: W. Kutta, Beitrag zur näherungsweisen Integration totaler Differentialgleichungen, Z. Math. Phys. 46 (1901).
 */
export const rk4: ButcherTableau = defineTableau({
  name: "rk4",
  title: "RK4",
  aliases: ["rk4_classic", "runge_kutta4"],
  order: 4,
  a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
  b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
  c: [0, 1 / 2, 1 / 2, 1],
  reference: "W. Kutta, Z. Math. Phys. 46 (1901) 435-453",
});
