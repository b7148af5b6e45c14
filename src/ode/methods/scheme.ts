import type { NamedNodes, Node, Operand } from "../../graph/index.js";
import { symbolicField } from "../field/evaluate-field.js";
import { type Field, fieldMacs } from "../field/field.js";
import type { MeshStep } from "../problem/mesh.js";
import type { Algebra } from "./algebra.js";
import { graphAlgebra } from "./graph-algebra.js";
import { embeddedError, rungeKuttaStep } from "./runge-kutta.js";
import { type ButcherTableau, isAdaptive, withoutErrorControl } from "./tableau.js";

/** What all steps of a solve share. */
interface SchemeSite {
  /** State at the start of the whole solve, [batch, …]. */
  readonly z0: Node;
  readonly controls: NamedNodes;
  /** How stage times and states are computed; keeps s inside the span. Default: `graphAlgebra`. */
  readonly algebra?: Algebra<Node, Operand>;
  /**
   * Wants `StepRecord.error`, where the method can tell it. An FSAL pair then evaluates f at the end of the step as well.
   * Default false.
   */
  readonly estimate?: boolean;
}

/** Where a step starts. Scalars may be numbers, scalar nodes, or columns with one value a sample. */
export interface StepSite extends SchemeSite {
  readonly s: Operand;
  readonly dt: Operand;
  /** State at s, [batch, …]. */
  readonly z: Node;
}

/** Where a whole solve takes place. */
interface SolveSite extends SchemeSite {
  /** The steps from mesh point to mesh point. */
  readonly steps: readonly MeshStep<Operand>[];
  /** The second state of a reversible method where the solve starts. Default: `z0`. */
  readonly companion?: Node;
}

/** What a method knows at a mesh point. What no output of a program depends on costs nothing. */
export interface StepRecord {
  /** The state there. */
  readonly z1: Node;
  /** Evaluations of f that it was made of: those of the step, or all so far. */
  readonly stages: readonly Node[];
  /** What a correction added to the state: ε^(p+1) g. */
  readonly correction?: Node;
  /** The second state of a reversible method. */
  readonly companion?: Node;
  /** The embedded error estimate y1 − ŷ1, of the state's shape, where `estimate` asked for it. */
  readonly error?: Node;
}

/** What a solve of so many steps costs. */
export interface MethodCost {
  /** Evaluations of f. */
  readonly nfe: number;
  /** Evaluations of a correction g. */
  readonly gCalls: number;
  /** Multiply–accumulates a sample, f and g together. */
  readonly macs: number;
}

/** A fixed-step method bound to a field, as graph. */
export interface Scheme {
  cost(steps: number): MethodCost;
  /** One step, to be repeated; absent where a step needs more of the past than its state. */
  step?(site: StepSite): StepRecord;
  /** The whole solve: one record a step. */
  solve(site: SolveSite): readonly StepRecord[];
}

/** A scheme that repeats one step. */
export interface StepScheme extends Scheme {
  /** Whether steps depend on `z0`: not on the state where they start alone. Default false. */
  readonly readsStart?: boolean;
  step(site: StepSite): StepRecord;
}

/** Whether a scheme repeats one step. */
export const repeatsStep = (scheme: Scheme): scheme is StepScheme => scheme.step !== undefined;

/** @param each what one step costs. */
export function repeatedStep(each: MethodCost, step: StepScheme["step"]): StepScheme {
  return {
    cost: (steps) => ({ nfe: each.nfe * steps, gCalls: each.gCalls * steps, macs: each.macs * steps }),
    step,
    solve: ({ steps, ...shared }) => {
      let z = shared.z0;
      return steps.map(({ s, dt }) => {
        const record = step({ ...shared, s, dt, z });
        z = record.z1;
        return record;
      });
    },
  };
}

/** An explicit Runge–Kutta method on a field; an FSAL method spends nothing on its last stage unless its error is asked for. */
export function tableauScheme(field: Field, tableau: ButcherTableau): StepScheme {
  const method = withoutErrorControl(tableau);
  const nfe = method.stages;
  return repeatedStep({ nfe, gCalls: 0, macs: nfe * fieldMacs(field) }, (site) => {
    const { s, dt, z, controls, algebra = graphAlgebra, estimate = false } = site;
    const f = symbolicField(field, { controls });
    const taken = rungeKuttaStep<Node, Operand>(method, f, algebra, { s, dt, y: z });
    const record: StepRecord = { z1: taken.y1, stages: taken.stages };
    if (!estimate || !isAdaptive(tableau)) return record;
    return { ...record, error: embeddedError(tableau, f, algebra, { s, dt }, taken) };
  });
}
