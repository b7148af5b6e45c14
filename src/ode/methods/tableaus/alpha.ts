import { fail } from "../../../tensor/index.js";
import { type ButcherTableau, defineTableau } from "../tableau.js";

/**
 * The one-parameter family of all explicit two-stage methods of order 2. Not FSAL, no embedded method.
 *
 *     0 |
 *     α | α
 *     --+------------------------
 *       | 1 - 1/(2α)     1/(2α)
 *
 * α = 1/2 is the midpoint method, α = 2/3 Ralston's, α = 1 Heun's. Not to be confused with the generalized-α method
 * of structural dynamics.
 * @param alpha node of the second stage, in (0, 1], so that f is never evaluated beyond the step.
 * @throws INVALID_ARGUMENT when alpha is outside (0, 1].
 * Reference: J. C. Butcher, Numerical Methods for Ordinary Differential Equations, 3rd ed., section 232.
 */
export function alpha(alpha: number): ButcherTableau {
  if (!(alpha > 0 && alpha <= 1)) {
    throw fail("INVALID_ARGUMENT", {
      what: "alpha",
      expected: "a number in (0, 1]",
      received: String(alpha),
    });
  }
  return defineTableau({
    name: `alpha(${alpha})`,
    order: 2,
    a: [[], [alpha]],
    b: [1 - 1 / (2 * alpha), 1 / (2 * alpha)],
    c: [0, alpha],
    reference: "J. C. Butcher, Numerical Methods for Ordinary Differential Equations, 3rd ed., section 232",
  });
}
