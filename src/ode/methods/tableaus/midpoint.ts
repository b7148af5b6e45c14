import { type ButcherTableau, defineTableau } from "../tableau.js";

/**
 * The explicit midpoint method. Order 2, 2 stages, no embedded method, not FSAL.
 * Aliases: `modified_euler`, `rk2`. Not to be confused with the implicit midpoint rule or the leapfrog (two-step)
 * midpoint method.
 * Reference: C. Runge, Über die numerische Auflösung von Differentialgleichungen, Math. Ann. 46 (1895).
 */
export const midpoint: ButcherTableau = defineTableau({
  name: "midpoint",
  aliases: ["modified_euler", "rk2"],
  order: 2,
  a: [[], [1 / 2]],
  b: [0, 1],
  c: [0, 1 / 2],
  reference: "C. Runge, Math. Ann. 46 (1895) 167-178",
});
