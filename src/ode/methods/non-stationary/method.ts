import type { Node, Operand } from "../../../graph/index.js";
import { symbolicField } from "../../field/evaluate-field.js";
import { type Field, fieldMacs } from "../../field/field.js";
import { checkGrid, type Grid } from "../../problem/grid.js";
import type { Coefficient } from "../algebra.js";
import { graphAlgebra } from "../graph-algebra.js";
import type { LinearMethod } from "../linear-method.js";
import type { FixedMethod, Method } from "../method.js";
import type { MethodSpec } from "../method-spec.js";
import { gridText } from "../method-text.js";
import { repeatedStep, type StepScheme } from "../scheme.js";
import { checkCoefficients, isConsistent, type NonStationaryCoefficients } from "./coefficients.js";
import { nonStationaryStep } from "./step.js";

/** Non-stationary coefficients as plain JSON. */
export interface NonStationarySpec extends MethodSpec {
  readonly kind: "non-stationary";
  /** Absent where a file has them. */
  readonly coefficients?: NonStationaryCoefficients;
  /** Where the coefficients are, usually a file; absent for those that are in memory alone. */
  readonly file?: string;
  /** Absent: the grid that the file says. */
  readonly grid?: Grid;
}

/** A solve with coefficients of its own for every evaluation. */
export interface NonStationaryMethod extends FixedMethod {
  readonly coefficients: NonStationaryCoefficients;
  readonly linear: LinearMethod;
  readonly spec: NonStationarySpec;
  scheme(field: Field): StepScheme;
  withGrid(grid: Grid): NonStationaryMethod;
}

export interface NonStationaryOptions {
  /** What the coefficients are called in the method's spelling and spec, usually their file. */
  readonly file?: string;
}

/**
 * Non-stationary coefficients as a method, spelled `ns:FILE` where a file has them.
 * @param grid where they are applied: once over the span that they were fitted to, given as its two ends, which then is the
 *   only place that the method solves; or over each of so many equal steps.
 * @throws INVALID_ARGUMENT for invalid coefficients or an invalid grid.
 */
export function nonStationary(
  coefficients: NonStationaryCoefficients,
  grid: Grid,
  options: NonStationaryOptions = {},
): NonStationaryMethod {
  checkCoefficients(coefficients);
  checkGrid(grid);
  const { file } = options;
  const evaluations = coefficients.times.length;
  const name = `ns-${evaluations}`;
  return {
    kind: "fixed",
    name,
    title: `NS ${evaluations}`,
    order: isConsistent(coefficients) ? 1 : 0,
    text: [...(file === undefined ? [name] : ["ns", file]), gridText(grid)].join(":"),
    spec: { kind: "non-stationary", ...(file === undefined ? { coefficients } : { file }), grid },
    grid,
    coefficients,
    linear: {
      memory: 0,
      nfe: (steps) => evaluations * steps,
      weights: () => [],
      step: (field, algebra, site) => ({
        ...nonStationaryStep(coefficients, field, algebra, site),
        past: [],
      }),
    },
    scheme: (field) => nonStationaryScheme(field, coefficients),
    withGrid: (other) => nonStationary(coefficients, other, options),
  };
}

/** The coefficients on a field, as graph; they may be nodes, to train them. */
export function nonStationaryScheme(
  field: Field,
  coefficients: NonStationaryCoefficients<Coefficient<Operand>>,
): StepScheme {
  const nfe = coefficients.times.length;
  const each = { nfe, gCalls: 0, macs: nfe * fieldMacs(field) };
  return repeatedStep(each, ({ s, dt, z, controls, algebra = graphAlgebra }) => {
    const f = symbolicField(field, { controls });
    const { y1, stages } = nonStationaryStep<Node, Operand>(coefficients, f, algebra, { s, dt, y: z });
    return { z1: y1, stages };
  });
}

/** Whether a method has coefficients of its own for every evaluation. */
export const isNonStationary = (method: Method): method is NonStationaryMethod => "coefficients" in method;
