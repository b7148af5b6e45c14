import type { Node, Operand } from "../../graph/index.js";
import { type Field, fieldMacs, symbolicField } from "../field/field.js";
import { graphAlgebra } from "./graph-algebra.js";
import { rungeKuttaStep } from "./runge-kutta.js";
import type { StepSite } from "./scheme.js";
import { type ButcherTableau, withoutErrorControl } from "./tableau.js";

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
