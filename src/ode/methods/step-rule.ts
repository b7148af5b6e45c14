import type { NamedNodes, Node, Operand } from "../../graph/index.js";
import { type Field, fieldMacs, symbolicField } from "../field/field.js";
import type { Algebra } from "./algebra.js";
import { graphAlgebra } from "./graph-algebra.js";
import { rungeKuttaStep } from "./runge-kutta.js";
import { type ButcherTableau, withoutErrorControl } from "./tableau.js";

/** Where a step starts. Scalars may be numbers, scalar nodes, or columns with one value a sample. */
export interface StepSite {
  readonly s: Operand;
  readonly dt: Operand;
  /** State at s, [batch, …]. */
  readonly z: Node;
  /** State at the start of the whole solve. */
  readonly z0: Node;
  readonly controls: NamedNodes;
  /** How stage times and states are computed; keeps s inside the span. Default: `graphAlgebra`. */
  readonly algebra?: Algebra<Node, Operand>;
}

/** What one step costs. */
export interface StepCost {
  /** Evaluations of f. */
  readonly nfe: number;
  /** Evaluations of a correction g. */
  readonly gCalls: number;
  /** Multiply–accumulates a sample, f and g together. */
  readonly macs: number;
}

/** A fixed-step method bound to a field, as graph: what a fixed-step solve repeats. */
export interface StepRule {
  readonly name: string;
  readonly order: number;
  readonly cost: StepCost;
  /** The state at s + dt. */
  step(site: StepSite): Node;
}

/** An explicit Runge–Kutta method as a step rule; an FSAL method spends nothing on its last stage. */
export function tableauRule(field: Field, tableau: ButcherTableau): StepRule {
  const method = withoutErrorControl(tableau);
  return {
    name: tableau.name,
    order: tableau.order,
    cost: { nfe: method.stages, gCalls: 0, macs: method.stages * fieldMacs(field) },
    step: ({ s, dt, z, controls, algebra = graphAlgebra }) =>
      rungeKuttaStep<Node, Operand>(method, symbolicField(field, { controls }), algebra, s, dt, z).y1,
  };
}
