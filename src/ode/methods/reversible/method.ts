import type { Node, Operand } from "../../../graph/index.js";
import { fail } from "../../../tensor/index.js";
import type { Field } from "../../field/field.js";
import type { Grid } from "../../problem/grid.js";
import type { Algebra, VectorField } from "../algebra.js";
import { graphAlgebra } from "../graph-algebra.js";
import type { LinearMethod, LinearSite, LinearStep } from "../linear-method.js";
import type { FixedMethod, Method } from "../method.js";
import type { ReversibleSpec } from "../method-spec.js";
import { DEFAULT_COUPLING, reversiblePrefix } from "../method-text.js";
import { type MethodCost, repeatsStep, type Scheme, type StepRecord } from "../scheme.js";
import { forwardPair, inversePair, type OneStep, type Pair, type PairRule } from "./pair-step.js";

/** A scheme that carries pairs. */
export interface PairScheme extends Scheme {
  /** What so many steps cost where both states are wanted. */
  pairCost(steps: number): MethodCost;
}

/** A method whose steps can be undone, on any method that repeats one step. */
export interface ReversibleMethod extends FixedMethod {
  /** The method whose steps it is made of. */
  readonly base: FixedMethod;
  /** λ. */
  readonly coupling: number;
  /** Whether it goes the way back of the method that it is the inverse of. */
  readonly isInverse: boolean;
  readonly spec: ReversibleSpec;
  scheme(field: Field): PairScheme;
  withGrid(grid: Grid): ReversibleMethod;
  /** The same on another base. */
  withBase(base: FixedMethod): ReversibleMethod;
  /** What undoes it, from the end of its span to the start. */
  inverse(): ReversibleMethod;
}

export interface ReversibleOptions {
  /**
   * λ, above 0 and at most 1: how much of y stays y, where z takes the rest. Default 0.999, the authors'. What is below 1 damps
   * y − z going forwards, by λ a step, and grows it going back.
   */
  readonly coupling?: number | undefined;
  /** The way back. Default false. */
  readonly isInverse?: boolean | undefined;
}

/**
 * Any explicit one-step method made exactly reversible (McCallum and Foster): `reversible(fixed(heun, { steps: 4 }))`, spelled
 * `reversible-heun:4`; `.inverse()` is spelled `inverse-reversible-heun:4`. It carries two states, which both begin as the
 * initial one; the solution is the first. Order is that of the base, costs are twice those of the base (but for the last
 * update of the second state, which no solution needs: one step is the base's own). The way back is exact to rounding from
 * the pair of states at the end (`compilePairSolve`), and of the base's order from the solution alone.
 * @param base in fixed steps: a tableau, a correction or non-stationary coefficients.
 * @throws INVALID_ARGUMENT for λ outside (0, 1], or a base whose steps use more of the past than its state.
 */
export function reversible(base: FixedMethod, options: ReversibleOptions = {}): ReversibleMethod {
  const { coupling = DEFAULT_COUPLING, isInverse = false } = options;
  if (!(coupling > 0 && coupling <= 1))
    throw fail("INVALID_ARGUMENT", {
      what: "coupling",
      expected: "a number above 0 and at most 1",
      received: String(coupling),
    });
  if (isReversible(base) || (base.linear !== undefined && base.linear.memory > 0)) throw unsuitable(base);
  const rule = (isInverse ? inversePair : forwardPair)(coupling);
  const title = `reversible ${base.title}`;
  const spec: ReversibleSpec = {
    kind: "reversible",
    base: base.spec,
    ...(coupling !== DEFAULT_COUPLING && { coupling }),
    ...(isInverse && { inverse: true }),
  };
  const prefix = reversiblePrefix(spec);
  const { linear, grid } = base;
  const stepsOf = (steps: number): number => 2 * steps - (isInverse || steps === 0 ? 0 : 1);
  return {
    kind: "fixed",
    name: `${prefix}${base.name}`,
    title: isInverse ? `Inverse of ${title}` : `R${title.slice(1)}`,
    order: base.order,
    text: `${prefix}${base.text}`,
    spec,
    grid,
    base,
    coupling,
    isInverse,
    ...(linear && { linear: reversibleLinear(linear, rule, stepsOf) }),
    scheme: (field) => reversibleScheme(field, base, rule, stepsOf),
    withGrid: (other) => reversible(base.withGrid(other), options),
    withBase: (other) => reversible(other, options),
    inverse: () => reversible(base.withGrid(backwards(grid)), { coupling, isInverse: !isInverse }),
  };
}

/** Whether a method is a reversible one. */
export const isReversible = (method: Method): method is ReversibleMethod => "coupling" in method;

const backwards = (grid: Grid): Grid => ("mesh" in grid ? { mesh: [...grid.mesh].reverse() } : grid);

/** @param stepsOf steps of the base in so many of its own. */
function reversibleLinear(
  base: LinearMethod,
  rule: PairRule,
  stepsOf: (steps: number) => number,
): LinearMethod {
  return {
    memory: 0,
    nfe: (steps) => base.nfe(stepsOf(steps)),
    weights: () => [],
    step: <Y, S>(
      field: VectorField<Y, S>,
      algebra: Algebra<Y, S>,
      { s, dt, y, past: [z = y], isLast }: LinearSite<Y, S>,
    ): LinearStep<Y> => {
      const stages: Y[] = [];
      const once: OneStep<Y, S> = (at, size, state) => {
        const site = { s: at, dt: size, y: state, past: [], weights: [], isLast };
        const step = base.step(field, algebra, site);
        stages.push(...step.stages);
        return step.y1;
      };
      const pair = rule(once, algebra, { s, dt }, { y, z });
      return { y1: pair.y, past: isLast ? [] : [pair.z()], stages };
    },
  };
}

/** The method on a field, as graph. `StepRecord.companion` is the second state. */
function reversibleScheme(
  field: Field,
  base: FixedMethod,
  rule: PairRule,
  stepsOf: (steps: number) => number,
): PairScheme {
  const scheme = base.scheme(field);
  if (!repeatsStep(scheme) || scheme.readsStart === true) throw unsuitable(base);
  return {
    cost: (steps) => scheme.cost(stepsOf(steps)),
    pairCost: (steps) => scheme.cost(2 * steps),
    solve: ({ steps, companion, ...shared }) => {
      const { z0, algebra = graphAlgebra } = shared;
      let pair: Pair<Node> = { y: z0, z: companion ?? z0 };
      return steps.map((place): StepRecord => {
        const stages: Node[] = [];
        const once: OneStep<Node, Operand> = (s, dt, z) => {
          const taken = scheme.step({ ...shared, s, dt, z });
          stages.push(...taken.stages);
          return taken.z1;
        };
        const { y, z } = rule(once, algebra, place, pair);
        pair = { y, z: z() };
        return { z1: y, companion: pair.z, stages };
      });
    },
  };
}

function unsuitable({ text }: FixedMethod): Error {
  return fail("INVALID_ARGUMENT", {
    what: "reversible: its base",
    expected: "a method whose steps depend on the state where they start and on nothing before it",
    received: text,
    help: "take a tableau, or a correction that does not read z0",
  });
}
