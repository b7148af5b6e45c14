import type { ButcherTableau } from "../../ode/index.js";
import { withoutErrorControl } from "../../ode/internal.js";
import { fail } from "../../tensor/index.js";
import type { Correction } from "./correction.js";

/**
 * The same g on another base: the authors' "generalization across base solvers", such as one g over the family of two-stage
 * methods of order 2, `alpha(…)`. The residuals of two bases of one order differ in ε^(p+1) already, so g is an
 * approximation here; the card keeps the base that g was fitted to, and `cardWarnings` with `base` says that this is not it.
 * @param base of the order and number of stages of the correction's own: g is given as many stages, with the same factor.
 * @throws CARD_MISMATCH when order or number of stages differ.
 */
export function rebindCorrection(correction: Correction, base: ButcherTableau): Correction {
  const stagesOf = (tableau: ButcherTableau): number => withoutErrorControl(tableau).stages;
  const own = correction.base;
  if (own.order === base.order && stagesOf(own) === stagesOf(base)) return { ...correction, base };
  const described = (tableau: ButcherTableau): string =>
    `${tableau.name}: order ${tableau.order}, stages ${stagesOf(tableau)}`;
  throw fail("CARD_MISMATCH", {
    what: "correction: another base",
    expected: `a method like ${described(own)}`,
    received: described(base),
    help: "fit a correction for this base",
  });
}
