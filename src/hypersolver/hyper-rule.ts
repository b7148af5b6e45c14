import { add, constant, mul, type NamedNodes, type Node, type Operand } from "../graph/index.js";
import {
  asColumn,
  type Field,
  fieldMacs,
  type FieldValue,
  evaluateField,
  graphAlgebra,
  rungeKuttaStep,
  type StepRule,
  withoutErrorControl,
} from "../ode/index.js";
import { type Correction, correctionMacs, evaluateCorrection } from "./correction.js";

/** A base step and the correction at its place, before they are added. */
export interface HyperStep {
  /** What the base alone would give. */
  readonly base: Node;
  /** g. */
  readonly correction: Node;
  /** base + ε^(p+1) g. */
  readonly z1: Node;
}

/**
 * The hypersolver as a step rule: z + ε ψ(s, z) + ε^(p+1) g (Poli et al., 2020, eq. 5). Wraps any explicit base;
 * costs one evaluation of g a step on top of the base.
 * @param parameters nodes for g's parameters, to train them; default: the stored values as constants.
 */
export function hyperRule(field: Field, correction: Correction, parameters?: NamedNodes): StepRule & {
  hyperStep(site: Parameters<StepRule["step"]>[0]): HyperStep;
} {
  const base = withoutErrorControl(correction.base);
  const hyperStep = ({ s, dt, z, z0, controls }: Parameters<StepRule["step"]>[0]): HyperStep => {
    let first: FieldValue | undefined;
    const f = (stageDepth: Operand, state: Node): Node => {
      const value = evaluateField(field, stageDepth, state, { controls }, first === undefined ? correction.features : []);
      first ??= value;
      return value.dz;
    };
    const epsilon = asColumn(dt, z);
    const { y1, stages } = rungeKuttaStep<Node, Operand>(base, f, graphAlgebra, asColumn(s, z), epsilon, z);
    const site = { z, stages, epsilon: dt, s, z0, controls, features: first?.features ?? {} };
    const g = evaluateCorrection(correction, site, (name, value) => parameters?.[name] ?? constant(value));
    return { base: y1, correction: g, z1: add(y1, mul(g, integerPower(epsilon, base.order + 1))) };
  };
  return {
    name: `hyper-${base.name}`,
    order: base.order,
    cost: { nfe: base.stages, gCalls: 1, macs: base.stages * fieldMacs(field) + correctionMacs(correction) },
    step: (site) => hyperStep(site).z1,
    hyperStep,
  };
}

/** εⁿ by multiplication: right for ε < 0, where the sign of ε^(p+1) follows. */
export function integerPower(epsilon: Operand, exponent: number): Operand {
  if (typeof epsilon === "number") return epsilon ** exponent;
  let power = epsilon;
  for (let i = 1; i < exponent; i++) power = mul(power, epsilon);
  return power;
}
