import { type ButcherTableau, defineTableau, tableauNamed } from "../../ode/index.js";
import { knownTableau, tableauSpec } from "../../ode/internal.js";
import { fail } from "../../tensor/index.js";
import type { FitSpec } from "./fit-table.js";

/**
 * The method that a fit corrects, by its name or its coefficients.
 * @throws INVALID_ARGUMENT for an unknown name, or other coefficients under a name of the library: files name bases;
 *   INVALID_TABLEAU for coefficients that are no method of their order.
 */
export function baseOf(base: FitSpec["base"]): ButcherTableau {
  if (typeof base === "string") return tableauNamed(base);
  const tableau = defineTableau(base);
  const spec = tableauSpec(tableau);
  if (typeof spec === "string") return tableauNamed(spec);
  if (knownTableau(tableau.name) === undefined) return tableau;
  throw fail("INVALID_ARGUMENT", {
    what: "base.name",
    expected: "a name of its own for a method of your own",
    received: tableau.name,
    help: `give it another name: ${tableau.name} is a method of this library with other coefficients`,
  });
}
