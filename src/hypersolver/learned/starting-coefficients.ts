import {
  multistepMethods,
  type NonStationaryCoefficients,
  tableauNamed,
  uniformMesh,
} from "../../ode/index.js";
import {
  coefficientsOf,
  knownTableau,
  type LinearMethod,
  linearTableau,
  stepsOf,
} from "../../ode/internal.js";
import { fail } from "../../tensor/index.js";

/** Where a fit begins when nobody says. */
export const usualStart = (evaluations: number): string =>
  evaluations === 1 ? "euler" : evaluations % 2 === 0 ? "midpoint" : "ab2";

/**
 * The coefficients of a method that makes so many evaluations in equal steps.
 * @param name of a tableau or a multistep method.
 * @throws INVALID_ARGUMENT for an unknown name, or where no number of steps makes so many evaluations.
 */
export function startingCoefficients(name: string, evaluations: number): NonStationaryCoefficients {
  const method = linearNamed(name);
  let steps = 1;
  while (method.nfe(steps) < evaluations) steps++;
  if (method.nfe(steps) === evaluations) return coefficientsOf(method, stepsOf(uniformMesh([0, 1], steps)));
  const near = [method.nfe(steps - 1), method.nfe(steps)].filter((count) => count > 0);
  throw fail("INVALID_ARGUMENT", {
    what: "evaluations",
    expected: `a number that ${name} makes in whole steps, such as ${near.join(" or ")}`,
    received: String(evaluations),
    help: "or start from another method: ab2 reaches every number from 2 on",
  });
}

function linearNamed(name: string): LinearMethod {
  const multistep = new Map<string, LinearMethod>(Object.entries(multistepMethods)).get(name);
  if (multistep !== undefined) return multistep;
  const tableau = knownTableau(name) ?? tableauNamed(name);
  return linearTableau(tableau);
}
