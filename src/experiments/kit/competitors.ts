import { type Correction, hyper } from "../../hypersolver/index.js";
import { correctionOf, isCorrected, isStudent } from "../../hypersolver/internal.js";
import {
  adaptive,
  type ButcherTableau,
  dopri5,
  euler,
  exponentialMethods,
  type Field,
  type FixedMethod,
  fixed,
  heun,
  type Method,
  midpoint,
  multistep,
  multistepMethods,
  rk4,
} from "../../ode/index.js";
import { isNonStationary } from "../../ode/internal.js";
import type { Role } from "../../plot/internal.js";
import { type Competitor, stepsWithin } from "./competitor.js";

/** Fixed-step methods that everything is compared with. */
export const classics: readonly ButcherTableau[] = [euler, midpoint, heun, rk4];

/** Methods of one's own choice: the base of a learned one among them is one, step control a reference. */
export function competitorsOf(methods: readonly Method[]): Competitor[] {
  const bases = methods.flatMap((method) => correctionOf(method)?.base.name ?? []);
  const roleOf = (method: Method): Role => {
    if (isLearned(method)) return "hypersolver";
    if (method.kind === "adaptive") return "reference";
    return bases.includes(method.name) ? "base" : "other";
  };
  return methods.map((method) => ({ method, role: roleOf(method) }));
}

const isLearned = (method: Method): boolean =>
  correctionOf(method) !== undefined || isNonStationary(method) || isCorrected(method) || isStudent(method);

/** What is to be spent in a comparison. */
export interface Budget {
  /** Numbers of evaluations of f; rounded down to whole steps where a method cannot spend them exactly. */
  readonly budget: readonly number[];
  /** Of dopri5. Default 1e-3 and 1e-5. */
  readonly tolerances?: readonly number[] | undefined;
  readonly correction?: Correction | undefined;
}

/** A method in one step, with the fewest steps in which it is no other method. */
interface Entrant {
  readonly method: FixedMethod;
  readonly fewest: number;
}

/** A multistep method that has not as many steps behind it as it remembers is the one-step method that it begins with. */
const multisteps = ({ path }: Field): Entrant[] =>
  [...Object.values(multistepMethods), ...(path === undefined ? [] : Object.values(exponentialMethods))].map(
    (method) => ({ method: multistep(method, { steps: 1 }), fewest: method.memory + 1 }),
  );

/**
 * The classical methods, multistep ones among them, and, where there is one, the hypersolver with its base at every budget;
 * dopri5 at every tolerance.
 */
export function standardCompetitors(
  field: Field,
  { budget, tolerances = [1e-3, 1e-5], correction }: Budget,
): Competitor[] {
  const oneStep = (method: FixedMethod): Entrant => ({ method, fewest: 1 });
  const ownBase =
    correction === undefined || classics.some(({ name }) => name === correction.base.name)
      ? []
      : [correction.base];
  const entrants = [...classics, ...ownBase].map((tableau) => oneStep(fixed(tableau, { steps: 1 })));
  entrants.push(...multisteps(field));
  if (correction !== undefined) entrants.push(oneStep(hyper(correction, { steps: 1 })));
  const spent = entrants.flatMap(({ method, fewest }) => {
    const scheme = method.scheme(field);
    const counts = stepsWithin(budget, (steps) => scheme.cost(steps).nfe, fewest);
    return counts.map((steps) => method.withGrid({ steps }));
  });
  const controlled = tolerances.map((tolerance) => adaptive(dopri5, { rtol: tolerance, atol: tolerance }));
  return competitorsOf([...spent, ...controlled]);
}
