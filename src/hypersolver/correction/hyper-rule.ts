import {
  add,
  constant,
  mul,
  type NamedNodes,
  type Node,
  type Operand,
  pad,
  slice,
  stopGradient,
} from "../../graph/index.js";
import {
  asColumn,
  type Field,
  fieldMacs,
  graphAlgebra,
  type StepRule,
  type StepSite,
  withoutErrorControl,
} from "../../ode/index.js";
import { baseStep } from "./base-step.js";
import { type Correction, correctionMacs, evaluateCorrection } from "./correction.js";

export interface HyperRuleOptions {
  /** Nodes for g's parameters, to train them. Default: the stored values as constants. */
  readonly parameters?: NamedNodes;
  /**
   * Whether gradients flow through f, so that an earlier correction learns what it does to later stages.
   * The paper's code stops them there, which biases trajectory fitting for K > 1. Default true.
   */
  readonly throughField?: boolean;
  /**
   * Columns of the state that g sees and corrects, the first ones; those behind follow the base. So a correction made
   * for z also steps (z, log-density). Default: all.
   */
  readonly columns?: number;
}

/**
 * The hypersolver as a step rule: z + ε ψ(s, z) + ε^(p+1) g (Poli et al., 2020, eq. 5). Wraps any explicit base;
 * costs one evaluation of g a step on top of the base.
 */
export function hyperRule(field: Field, correction: Correction, options: HyperRuleOptions = {}): StepRule {
  const { parameters, throughField = true, columns } = options;
  const base = withoutErrorControl(correction.base);
  const step = ({ s, dt, z, z0, controls, algebra = graphAlgebra }: StepSite): Node => {
    const epsilon = asColumn(dt, z);
    const guard = throughField ? (state: Node) => state : stopGradient;
    const { y1, stages, features } = baseStep(
      field,
      base,
      { s, dt: epsilon, z, controls, algebra },
      { features: correction.features, guard },
    );
    const seen = (state: Node): Node => (columns === undefined ? state : slice(state, -1, 0, columns));
    const states = { z: seen(z), stages: stages.map(seen), z0: seen(z0) };
    const site = { ...states, epsilon: dt, s, controls, features };
    const g = evaluateCorrection(correction, site, (name, value) => parameters?.[name] ?? constant(value));
    const term = mul(g, integerPower(epsilon, base.order + 1));
    const others = columns === undefined ? 0 : Number(z.shape.at(-1)) - columns;
    return add(y1, pad(term, -1, 0, others));
  };
  return {
    name: `hyper-${base.name}`,
    order: base.order,
    cost: { nfe: base.stages, gCalls: 1, macs: base.stages * fieldMacs(field) + correctionMacs(correction) },
    step,
  };
}

/** εⁿ by multiplication: right for ε < 0, where the sign of ε^(p+1) follows. */
export function integerPower(epsilon: Operand, exponent: number): Operand {
  if (typeof epsilon === "number") return epsilon ** exponent;
  let power = epsilon;
  for (let i = 1; i < exponent; i++) power = mul(power, epsilon);
  return power;
}
