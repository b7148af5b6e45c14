import type { Node, Operand } from "../../graph/index.js";
import { fail } from "../../tensor/index.js";
import { symbolicField } from "../field/evaluate-field.js";
import { type Field, fieldMacs } from "../field/field.js";
import type { MeshStep } from "../problem/mesh.js";
import type { Algebra, Coefficient, VectorField } from "./algebra.js";
import { graphAlgebra } from "./graph-algebra.js";
import { type RungeKuttaStep, rungeKuttaStep } from "./runge-kutta.js";
import type { Scheme, StepRecord } from "./scheme.js";
import { type ButcherTableau, withoutErrorControl } from "./tableau.js";

/** Where a step of a general linear method starts, and what it is handed. */
export interface LinearSite<Y, S> extends MeshStep<S> {
  /** State at s. */
  readonly y: Y;
  /** What steps before handed on: evaluations, the latest first, or a second state. Empty in the first step. */
  readonly past: readonly Y[];
  /** What `LinearMethod.weights` says for this step. */
  readonly weights: readonly Coefficient<S>[];
  /** Whether nobody needs what it hands on. */
  readonly isLast: boolean;
}

/** What a step gives, and what it hands on to the next. */
export interface LinearStep<Y> extends RungeKuttaStep<Y> {
  readonly past: readonly Y[];
}

/**
 * An explicit method of evaluations and weighted sums alone, over whatever states an algebra combines: Runge–Kutta methods,
 * multistep methods and what lies between.
 * Reference: J. C. Butcher, General linear methods, Acta Numerica 15 (2006), 157–256.
 */
export interface LinearMethod {
  /** Evaluations that a step takes over from those before it, once there are so many. */
  readonly memory: number;
  /** Evaluations of f in the first so many steps. */
  nfe(steps: number): number;
  /**
   * Coefficients that depend on the mesh.
   * @param sizes of this step and of those before whose evaluations it is handed, the latest first.
   * @param s where this step starts.
   */
  weights(sizes: readonly number[], s?: number): readonly number[];
  /** Whether they depend on where steps are, too. Default false. */
  readonly readsPlace?: boolean;
  /** The method for a field, where it is another for each. Default: the method itself. */
  on?(field: Field): LinearMethod;
  step<Y, S>(field: VectorField<Y, S>, algebra: Algebra<Y, S>, site: LinearSite<Y, S>): LinearStep<Y>;
}

/** A finished step of a solve. */
export interface TakenStep<Y, S> extends MeshStep<S>, LinearStep<Y> {}

/**
 * Takes the given steps one after another, lazily. Sizes of steps are numbers where the method remembers any.
 * @throws INVALID_ARGUMENT otherwise.
 */
export function* linearSteps<Y, S>(
  method: LinearMethod,
  field: VectorField<Y, S>,
  algebra: Algebra<Y, S>,
  steps: readonly MeshStep<S>[],
  y0: Y,
): Generator<TakenStep<Y, S>, void, undefined> {
  let y = y0;
  let past: readonly Y[] = [];
  for (const [i, { s, dt }] of steps.entries()) {
    const weights = weightsAt(method, steps, i);
    const isLast = i === steps.length - 1;
    const step = method.step(field, algebra, { s, dt, y, past, weights, isLast });
    yield { s, dt, ...step };
    ({ y1: y, past } = step);
  }
}

/** The weights of the i-th of some steps. @throws INVALID_ARGUMENT where sizes are needed and are no numbers. */
export function weightsAt(
  { memory, readsPlace = false, weights }: LinearMethod,
  steps: readonly MeshStep<unknown>[],
  i: number,
): readonly number[] {
  if (memory === 0 && !readsPlace) return [];
  const recent = steps.slice(Math.max(0, i - memory), i + 1).reverse();
  const sizes = recent.flatMap(({ dt }) => (typeof dt === "number" ? [dt] : []));
  const start = steps[i]?.s;
  const s = typeof start === "number" ? start : undefined;
  if (sizes.length === recent.length && !(readsPlace && s === undefined)) return weights(sizes, s);
  throw fail("INVALID_ARGUMENT", {
    what: "steps of a multistep method",
    expected: "sizes as numbers: its coefficients depend on their ratios",
    received: "sizes that a program computes",
  });
}

/** A Runge–Kutta method as one that remembers nothing. */
export function linearTableau(tableau: ButcherTableau): LinearMethod {
  const method = withoutErrorControl(tableau);
  return {
    memory: 0,
    nfe: (steps) => method.stages * steps,
    weights: () => [],
    step: (field, algebra, { s, dt, y }) => ({
      ...rungeKuttaStep(method, field, algebra, { s, dt, y }),
      past: [],
    }),
  };
}

/** The method for a field. */
export const linearOn = (method: LinearMethod, field: Field): LinearMethod => method.on?.(field) ?? method;

/** The method on a field, as graph. */
export function linearScheme(field: Field, general: LinearMethod): Scheme {
  const method = linearOn(general, field);
  const macs = fieldMacs(field);
  return {
    cost: (steps) => ({ nfe: method.nfe(steps), gCalls: 0, macs: macs * method.nfe(steps) }),
    solve: ({ steps, z0, controls, algebra = graphAlgebra }) => {
      const f = symbolicField(field, { controls });
      const taken = linearSteps<Node, Operand>(method, f, algebra, steps, z0);
      let stages: readonly Node[] = [];
      return Array.from(taken, (step): StepRecord => {
        stages = [...stages, ...step.stages];
        return { z1: step.y1, stages };
      });
    },
  };
}
