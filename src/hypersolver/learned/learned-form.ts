import type { NamedNodes } from "../../graph/index.js";
import type { NonStationaryCoefficients, Span } from "../../ode/index.js";
import { type Field, type FixedMethod, type NonStationaryMethod, nonStationary } from "../../ode/index.js";
import { nonStationaryScheme, type StepScheme } from "../../ode/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import { coefficientsAt, type Freedom, startingDeviations } from "./coefficient-parameters.js";
import { coefficientNodes, floatState } from "./pair-program.js";

/** A solver as a function of the numbers that are learned. */
export interface LearnedForm<M extends FixedMethod = FixedMethod> {
  /** The start, in float64. */
  readonly initial: NamedTensors;
  /** @param values float64 nodes. */
  scheme(values: NamedNodes): StepScheme;
  method(values: NamedTensors): M;
}

/** Coefficients alone. */
export function coefficientForm(
  field: Field,
  start: NonStationaryCoefficients,
  freedom: Freedom,
  span: Span,
): LearnedForm<NonStationaryMethod> {
  const { dtype } = floatState(field);
  return {
    initial: startingDeviations(start, freedom),
    scheme: (values) => nonStationaryScheme(field, coefficientNodes(start, freedom, values, dtype)),
    method: (values) => nonStationary(coefficientsAt(start, freedom, values), { mesh: span }),
  };
}
