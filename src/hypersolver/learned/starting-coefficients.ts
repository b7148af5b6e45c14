import {
  type FixedMethod,
  fixed,
  multistep,
  multistepMethods,
  type NonStationaryCoefficients,
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

/** Where a fit begins that computes no start. */
export const usualStart = (evaluations: number): string =>
  evaluations === 1 ? "euler" : evaluations % 2 === 0 ? "midpoint" : "ab2";

/**
 * A method in as many equal steps as make so many evaluations.
 * @param name of a tableau or a multistep method.
 * @throws INVALID_ARGUMENT for an unknown name, or where no number of steps makes so many evaluations.
 */
export const startingMethod = (name: string, evaluations: number): FixedMethod => {
  const { linear, inSteps } = startNamed(name);
  return inSteps(stepsMaking(evaluations, name, linear));
};

/** The coefficients of such a method over [0, 1]. @throws as `startingMethod`. */
export function startingCoefficients(name: string, evaluations: number): NonStationaryCoefficients {
  const { linear } = startNamed(name);
  const mesh = uniformMesh([0, 1], stepsMaking(evaluations, name, linear));
  return coefficientsOf(linear, stepsOf(mesh));
}

/** Whether a method makes exactly so many evaluations in some number of steps in which it is itself. */
export function makesEvaluations(name: string, evaluations: number): boolean {
  const { linear } = startNamed(name);
  const fewest = new Map(Object.entries(multistepMethods)).get(name)?.memory ?? 0;
  let steps = fewest + 1;
  while (linear.nfe(steps) < evaluations) steps++;
  return linear.nfe(steps) === evaluations;
}

function stepsMaking(evaluations: number, name: string, { nfe }: LinearMethod): number {
  let steps = 1;
  while (nfe(steps) < evaluations) steps++;
  if (nfe(steps) === evaluations) return steps;
  const near = [nfe(steps - 1), nfe(steps)].filter((count) => count > 0);
  throw fail("INVALID_ARGUMENT", {
    what: "evaluations",
    expected: `a number that ${name} makes in whole steps, such as ${near.join(" or ")}`,
    received: String(evaluations),
    help: "or start from another method: ab2 reaches every number from 2 on",
  });
}

interface Start {
  readonly linear: LinearMethod;
  inSteps(steps: number): FixedMethod;
}

function startNamed(name: string): Start {
  const known = new Map(Object.entries(multistepMethods)).get(name);
  if (known !== undefined) return { linear: known, inSteps: (steps) => multistep(known, { steps }) };
  const tableau = knownTableau(name);
  if (tableau === undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "start",
      expected: `regression, closest, ${Object.keys(multistepMethods).join(", ")}, or a tableau such as midpoint, heun or rk4`,
      received: name,
    });
  return { linear: linearTableau(tableau), inSteps: (steps) => fixed(tableau, { steps }) };
}
