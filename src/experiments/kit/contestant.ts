import { type Correction, hyper, isHyper } from "../../hypersolver/index.js";
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

/** The part that a method plays in a comparison: which colour it has, and what it is held against. */
export type Role = "hypersolver" | "base" | "reference" | "other";

/** A method in a comparison. */
export interface Contestant {
  /** What tables and figures call it; the same method at several steps or tolerances is one series under one name. */
  readonly name: string;
  readonly role: Role;
  readonly method: Method;
  /** Of a hypersolver: whether it takes the steps that its g learned. */
  readonly fitted?: boolean;
}

/** How a row says by which method it came. */
export interface MethodFacts {
  /** Name of the contestant: `Heun`, `HyperHeun`, `dopri5`. */
  readonly method: string;
  readonly role: Role;
  /** Steps of a fixed method. */
  readonly steps: number | undefined;
  /** Tolerance of an adaptive one. */
  readonly tolerance: number | undefined;
  /** The method's spelling: `heun:4`. */
  readonly spelling: string;
}

/** What a row says of its method. */
export function methodFacts({ name, role, method }: Contestant): MethodFacts {
  const isFixed = method.kind === "fixed";
  return {
    method: name,
    role,
    steps: isFixed ? stepsOf(method) : undefined,
    tolerance: isFixed ? undefined : Math.max(method.rtol, method.atol),
    spelling: method.text,
  };
}

/** Steps over a span. */
const stepsOf = ({ grid }: FixedMethod): number => ("steps" in grid ? grid.steps : grid.mesh.length - 1);

/** Contestants under the titles of their methods: the base of a hypersolver among them is one, step control a reference. */
export function contestantsOf(methods: readonly Method[]): Contestant[] {
  const bases = methods.filter(isHyper).map(({ correction }) => correction.base.name);
  const roleOf = (method: Method): Role => {
    if (isHyper(method)) return "hypersolver";
    if (method.kind === "adaptive") return "reference";
    return bases.includes(method.name) ? "base" : "other";
  };
  return methods.map((method) => ({ name: method.title, role: roleOf(method), method }));
}

/** Fixed-step methods that everything is compared with. */
export const classics: readonly ButcherTableau[] = [euler, midpoint, heun, rk4];

/** What is to be spent in a comparison. */
export interface Budget {
  /** Numbers of evaluations of f; rounded down to whole steps where a method cannot spend them exactly. */
  readonly budget: readonly number[];
  /** Of dopri5. Default 1e-3 and 1e-5. */
  readonly tolerances?: readonly number[];
  readonly correction?: Correction;
}

/** The classical methods and, where there is one, the hypersolver with its base at every budget; dopri5 at every tolerance. */
export function standardContestants(
  field: Field,
  { budget, tolerances = [1e-3, 1e-5], correction }: Budget,
): Contestant[] {
  const spare = correction === undefined || classics.includes(correction.base) ? [] : [correction.base];
  const ones: FixedMethod[] = [...classics, ...spare].map((tableau) => fixed(tableau, { steps: 1 }));
  if (correction !== undefined) ones.push(hyper(correction, { steps: 1 }));
  const spent = ones.flatMap((one) => atBudgets(one, field, budget));
  const controlled = tolerances.map((tolerance) => adaptive(dopri5, { rtol: tolerance, atol: tolerance }));
  return contestantsOf([...spent, ...controlled]);
}

/** A method at the distinct numbers of whole steps that budgets buy. */
export function atBudgets(method: FixedMethod, field: Field, budget: readonly number[]): FixedMethod[] {
  const { nfe } = method.scheme(field).cost(1);
  const counts = new Set(budget.map((evaluations) => Math.floor(evaluations / nfe)));
  return [...counts].filter((steps) => steps >= 1).map((steps) => method.withGrid({ steps }));
}
