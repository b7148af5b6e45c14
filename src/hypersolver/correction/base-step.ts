import type { NamedNodes, Node, Operand } from "../../graph/index.js";
import type { ButcherTableau, Field } from "../../ode/index.js";
import {
  evaluateField,
  type FieldValue,
  graphAlgebra,
  rungeKuttaStep,
  type StepSite,
} from "../../ode/internal.js";

/** A step of the base method, with everything that a correction may look at. */
interface BaseStep {
  /** What the base alone gives. */
  readonly y1: Node;
  readonly stages: readonly Node[];
  /** The wanted intermediate tensors of f's first evaluation. */
  readonly features: NamedNodes;
}

interface BaseStepOptions {
  readonly features?: readonly string[];
  /** Wraps the states that f is evaluated at, for instance to stop gradients. */
  readonly guard?: (state: Node) => Node;
}

/** One step of a method, keeping stages and features. */
export function baseStep(
  field: Field,
  method: ButcherTableau,
  { s, dt, z, controls, algebra = graphAlgebra }: Omit<StepSite, "z0">,
  { features = [], guard = (state) => state }: BaseStepOptions = {},
): BaseStep {
  let first: FieldValue | undefined;
  const f = (depth: Operand, state: Node): Node => {
    const value = evaluateField(
      field,
      depth,
      guard(state),
      { controls },
      first === undefined ? features : [],
    );
    first ??= value;
    return value.dz;
  };
  const { y1, stages } = rungeKuttaStep<Node, Operand>(method, f, algebra, { s, dt, y: z });
  return { y1, stages, features: first?.features ?? {} };
}
