import { fail } from "../../tensor/index.js";
import { agrees, dot, violatedCondition } from "./order-conditions.js";

/**
 * An explicit Runge–Kutta method as frozen, checked data:
 *
 *     c_1 |
 *     c_2 | a_21                     k_i = f(s + c_i dt, y + dt Σ_j a_ij k_j)
 *      :  |  :                       y1  = y + dt Σ_i b_i k_i
 *     c_n | a_n1 … a_n,n-1
 *     ----+----------------
 *         | b_1  …    b_n
 */
export interface ButcherTableau {
  readonly name: string;
  /** As tables and figures have it: `Heun`. */
  readonly title: string;
  /** Other names under which `tableauNamed` finds it. */
  readonly aliases: readonly string[];
  /** Global order of convergence of y1. */
  readonly order: number;
  /** Row i has exactly i entries: the method is explicit. */
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly c: readonly number[];
  /** Where the coefficients come from. */
  readonly reference: string;
  /** Number of stages: evaluations of f in one step that reuses nothing. Derived. */
  readonly stages: number;
  /** First same as last: the last stage is f at the end of the step, (s + dt, y1). Derived. */
  readonly fsal: boolean;
}

/** A tableau with an embedded second solution ŷ1, hence an error estimate: what step control requires. */
export interface AdaptiveTableau extends ButcherTableau {
  /** b - b̂, so that y1 - ŷ1 = dt Σ bError_i k_i. */
  readonly bError: readonly number[];
  /** Order of ŷ1. The estimate is O(dt^(embeddedOrder + 1)). */
  readonly embeddedOrder: number;
  /**
   * Weights of the state at the middle of the step, y(s + dt/2) ≈ y + dt Σ bMid_i k_i, from which dense output
   * makes a quartic. Undefined: dense output is the cubic Hermite polynomial of the step.
   */
  readonly bMid: readonly number[] | undefined;
  /**
   * Whether the last stage serves as f at the start of the next step. Always so for FSAL. Declared for pairs whose
   * last stage is f(s + dt, ·) at a predicted state (PEC mode): one evaluation less a step, same order.
   */
  readonly reuseLastStage: boolean;
}

/** What an author of a tableau writes; the rest is derived. */
export interface TableauSpec {
  readonly name: string;
  /** Default: the name. */
  readonly title?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly order: number;
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly c: readonly number[];
  readonly reference: string;
}

/** A tableau with an error estimate, as it is written down. */
export interface AdaptiveTableauSpec extends TableauSpec {
  readonly bError: readonly number[];
  readonly embeddedOrder: number;
  readonly bMid?: readonly number[] | undefined;
  /** Default: whether the tableau is FSAL. */
  readonly reuseLastStage?: boolean | undefined;
}

/**
 * Checks a tableau and freezes it.
 * @throws INVALID_TABLEAU when lengths disagree, a row sum of a differs from c, Σ bError ≠ 0, Σ bMid ≠ 1/2, an order
 *   condition up to min(order, 4) fails for b or up to min(embeddedOrder, 4) for b̂, or the last stage may not be
 *   reused because its node is not 1.
 */
export function defineTableau(spec: AdaptiveTableauSpec): AdaptiveTableau;
export function defineTableau(spec: TableauSpec): ButcherTableau;
export function defineTableau(spec: TableauSpec | AdaptiveTableauSpec): ButcherTableau | AdaptiveTableau {
  checkShape(spec);
  check(spec, violatedCondition(spec, spec.order));
  const stages = spec.c.length;
  const fsal = stages > 1 && spec.c.at(-1) === 1 && endsLikeB(spec);
  const plain: ButcherTableau = {
    name: spec.name,
    title: spec.title ?? spec.name,
    aliases: Object.freeze([...(spec.aliases ?? [])]),
    order: spec.order,
    a: Object.freeze(spec.a.map((row) => Object.freeze([...row]))),
    b: Object.freeze([...spec.b]),
    c: Object.freeze([...spec.c]),
    reference: spec.reference,
    stages,
    fsal,
  };
  if (!("bError" in spec) || spec.bError === undefined) return Object.freeze(plain);
  const reuseLastStage = spec.reuseLastStage ?? fsal;
  checkEmbedded(spec, reuseLastStage);
  return Object.freeze({
    ...plain,
    bError: Object.freeze([...spec.bError]),
    embeddedOrder: spec.embeddedOrder,
    bMid: spec.bMid && Object.freeze([...spec.bMid]),
    reuseLastStage,
  });
}

/** Narrows to the tableaus that step control accepts. */
export function isAdaptive(tableau: ButcherTableau): tableau is AdaptiveTableau {
  return "bError" in tableau;
}

/** q of the pair's error estimate, which is O(dt^q): what a step controller needs to know of a method. */
export function errorOrder({ order, embeddedOrder }: AdaptiveTableau): number {
  return Math.min(order, embeddedOrder) + 1;
}

/**
 * Whether the last stage of a step starts the next.
 * @param wish overrides what a tableau that is not FSAL says.
 */
export function reusesLastStage(
  { fsal, reuseLastStage }: AdaptiveTableau,
  wish: { readonly reuseLastStage?: boolean },
): boolean {
  return fsal || (wish.reuseLastStage ?? reuseLastStage);
}

/**
 * The cheapest tableau with the same y1: an FSAL tableau loses its last stage, which only error control needs.
 * Fixed-step solves use this one, so that dopri5 costs 6 evaluations a step and not 7.
 */
export function withoutErrorControl(tableau: ButcherTableau): ButcherTableau {
  if (!tableau.fsal) return tableau;
  return defineTableau({
    name: tableau.name,
    title: tableau.title,
    aliases: tableau.aliases,
    order: tableau.order,
    a: tableau.a.slice(0, -1),
    b: tableau.b.slice(0, -1),
    c: tableau.c.slice(0, -1),
    reference: tableau.reference,
  });
}

function endsLikeB({ a, b }: TableauSpec): boolean {
  const last = a.at(-1) ?? [];
  return b.every((weight, i) => weight === (last[i] ?? 0));
}

function checkShape({ name, order, a, b, c }: TableauSpec): void {
  const stages = c.length;
  if (stages === 0) check({ name }, "there are no stages");
  if (!Number.isInteger(order) || order < 1) check({ name }, `the order is ${order}`);
  if (a.length !== stages || b.length !== stages) {
    check({ name }, `${a.length} rows in a and ${b.length} weights in b for ${stages} nodes in c`);
  }
  a.forEach((row, i) => {
    if (row.length !== i) check({ name }, `row ${i} of a has ${row.length} entries instead of ${i}`);
    const sum = dot(row, new Array<number>(i).fill(1));
    if (!agrees(sum, c[i] ?? 0)) check({ name }, `row ${i} of a sums to ${sum}, but c is ${c[i]}`);
  });
}

function checkEmbedded(spec: AdaptiveTableauSpec, reuseLastStage: boolean): void {
  const { a, b, c, bError, bMid, embeddedOrder } = spec;
  if (bError.length !== c.length) check(spec, `${bError.length} weights in bError for ${c.length} stages`);
  const errorSum = dot(bError, new Array<number>(c.length).fill(1));
  if (!agrees(errorSum, 0)) check(spec, `bError sums to ${errorSum} instead of 0`);
  const bHat = b.map((weight, i) => weight - (bError[i] ?? 0));
  const violated = violatedCondition({ a, b: bHat, c }, embeddedOrder);
  check(spec, violated && `embedded weights: ${violated}`);
  if (reuseLastStage && c.at(-1) !== 1) check(spec, `the last stage is at c = ${c.at(-1)}: not reusable`);
  if (bMid === undefined) return;
  const midSum = dot(bMid, new Array<number>(c.length).fill(1));
  if (bMid.length !== c.length || !agrees(midSum, 1 / 2)) {
    check(spec, `bMid has ${bMid.length} weights that sum to ${midSum} instead of 1/2`);
  }
}

function check(spec: { readonly name: string }, violation: string | undefined): void {
  if (violation === undefined) return;
  throw fail("INVALID_TABLEAU", {
    what: spec.name,
    expected: "row sums equal to c and the order conditions of the stated orders",
    received: violation,
    help: "compare the coefficients with the reference, digit by digit",
  });
}
