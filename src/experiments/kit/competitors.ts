import { type Correction, hyper } from "../../hypersolver/index.js";
import { correctionOf } from "../../hypersolver/internal.js";
import {
  adaptive,
  type ButcherTableau,
  dopri5,
  euler,
  type Field,
  type FixedMethod,
  fixed,
  heun,
  type Method,
  midpoint,
  rk4,
} from "../../ode/index.js";
import type { Role } from "../../plot/internal.js";
import { type Competitor, stepsWithin } from "./competitor.js";

/** Fixed-step methods that everything is compared with. */
export const classics: readonly ButcherTableau[] = [euler, midpoint, heun, rk4];

/** Methods of one's own choice: the base of a hypersolver among them is one, step control a reference. */
export function competitorsOf(methods: readonly Method[]): Competitor[] {
  const bases = methods.flatMap((method) => correctionOf(method)?.base.name ?? []);
  const roleOf = (method: Method): Role => {
    if (correctionOf(method) !== undefined) return "hypersolver";
    if (method.kind === "adaptive") return "reference";
    return bases.includes(method.name) ? "base" : "other";
  };
  return methods.map((method) => ({ method, role: roleOf(method) }));
}

/** What is to be spent in a comparison. */
export interface Budget {
  /** Numbers of evaluations of f; rounded down to whole steps where a method cannot spend them exactly. */
  readonly budget: readonly number[];
  /** Of dopri5. Default 1e-3 and 1e-5. */
  readonly tolerances?: readonly number[];
  readonly correction?: Correction;
}

/** The classical methods and, where there is one, the hypersolver with its base at every budget; dopri5 at every tolerance. */
export function standardCompetitors(
  field: Field,
  { budget, tolerances = [1e-3, 1e-5], correction }: Budget,
): Competitor[] {
  const spare =
    correction === undefined || classics.some(({ name }) => name === correction.base.name)
      ? []
      : [correction.base];
  const ones: FixedMethod[] = [...classics, ...spare].map((tableau) => fixed(tableau, { steps: 1 }));
  if (correction !== undefined) ones.push(hyper(correction, { steps: 1 }));
  const spent = ones.flatMap((one) =>
    stepsWithin(budget, one.scheme(field).cost(1).nfe).map((steps) => one.withGrid({ steps })),
  );
  const controlled = tolerances.map((tolerance) => adaptive(dopri5, { rtol: tolerance, atol: tolerance }));
  return competitorsOf([...spent, ...controlled]);
}
