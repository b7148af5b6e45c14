import {
  add,
  cast,
  constant,
  mul,
  type NamedNodes,
  type Node,
  type Operand,
  pad,
  slice,
  stopGradient,
} from "../../graph/index.js";
import { type Field, fieldMacs } from "../../ode/index.js";
import {
  asColumn,
  embeddedError,
  graphAlgebra,
  isAdaptive,
  repeatedStep,
  type StepRecord,
  type StepScheme,
  stateType,
  symbolicField,
  withoutErrorControl,
} from "../../ode/internal.js";
import { baseStep } from "./base-step.js";
import { type Correction, correctionMacs, evaluateCorrection } from "./correction.js";
import { networkAs } from "./network-as.js";

interface HyperSchemeOptions {
  /** Nodes for g's parameters, to train them. Default: the stored values as constants. */
  readonly parameters?: NamedNodes;
  /**
   * Whether gradients flow through f, so that an earlier correction learns what it does to later stages.
   * The paper's code stops them there, which biases trajectory fitting for K > 1. Default true.
   */
  readonly throughField?: boolean;
}

/**
 * The hypersolver on a field: z + ε ψ(s, z) + ε^(p+1) g (Poli et al., 2020, eq. 5). Wraps any explicit base; costs one
 * evaluation of g a step on top of the base. `StepRecord.correction` is the last term, of the state's shape;
 * `StepRecord.error` is the base's.
 *
 * A correction for z also steps (z, log-density): where it is as wide as the `ownColumns` of the field, it sees and corrects
 * these, and those behind follow the base.
 */
export function hyperScheme(field: Field, fitted: Correction, options: HyperSchemeOptions = {}): StepScheme {
  const { parameters, throughField = true } = options;
  const { dtype } = stateType(field);
  const correction = networkAs(fitted, dtype);
  const { base: whole } = correction;
  const base = withoutErrorControl(whole);
  const columns = widthOf(correction) === field.ownColumns ? field.ownColumns : undefined;
  const each = {
    nfe: base.stages,
    gCalls: 1,
    macs: base.stages * fieldMacs(field) + correctionMacs(correction),
  };
  const step: StepScheme["step"] = ({ s, dt, z, z0, controls, algebra = graphAlgebra, estimate = false }) => {
    const epsilon = asColumn(dt, z);
    const guard = throughField ? (state: Node) => state : stopGradient;
    const taken = baseStep(
      field,
      base,
      { s, dt: epsilon, z, controls, algebra },
      { features: correction.features, guard },
    );
    const { y1, stages, features } = taken;
    const seen = (state: Node): Node => (columns === undefined ? state : slice(state, -1, 0, columns));
    const states = { z: seen(z), stages: stages.map(seen), z0: seen(z0) };
    const site = { ...states, epsilon: dt, s, controls, features };
    const g = evaluateCorrection(correction, site, (name, value) =>
      cast(parameters?.[name] ?? constant(value), correction.graph.inputs[name]?.dtype ?? dtype),
    );
    const others = columns === undefined ? 0 : Number(z.shape.at(-1)) - columns;
    const term = pad(mul(g, integerPower(epsilon, base.order + 1)), -1, 0, others);
    const record: StepRecord = { z1: add(y1, term), stages, correction: term };
    if (!estimate || !isAdaptive(whole)) return record;
    const f = symbolicField(field, { controls });
    return { ...record, error: embeddedError(whole, f, algebra, { s, dt: epsilon }, taken) };
  };
  return { ...repeatedStep(each, step), readsStart: correction.inputs.includes("z0") };
}

/** Columns that a correction corrects. */
const widthOf = ({ graph }: Correction): number => Number(graph.outputs.g?.shape.at(-1));

/** εⁿ by multiplication: right for ε < 0, where the sign of ε^(p+1) follows. */
export function integerPower(epsilon: Operand, exponent: number): Operand {
  if (typeof epsilon === "number") return epsilon ** exponent;
  let power = epsilon;
  for (let i = 1; i < exponent; i++) power = mul(power, epsilon);
  return power;
}
