import type { Field, FixedMethod, Method, Span } from "../../ode/index.js";
import {
  checkCoefficients,
  type Grid,
  gridText,
  type NonStationarySpec,
  type StepScheme,
} from "../../ode/internal.js";
import { type CorrectedCoefficients, checkCorrected } from "./corrected-coefficients.js";
import { correctedScheme } from "./corrected-scheme.js";
import { gridOver, requireOwnGrid } from "./one-span.js";

/** Coefficients of a solver's own with corrections on top, over the span that they were fitted to. */
export interface CorrectedMethod extends FixedMethod {
  readonly corrected: CorrectedCoefficients;
  readonly spec: NonStationarySpec;
  scheme(field: Field): StepScheme;
  /** The same method, named by what it is. */
  withoutFile(): CorrectedMethod;
  withGrid(grid: Grid): CorrectedMethod;
}

export interface CorrectedOptions {
  /** What the solver is called in the method's spelling and spec, usually its file. */
  readonly file?: string;
}

/**
 * Corrected coefficients as a method, spelled `ns:FILE` where a file has them. Networks learned what coefficients miss on
 * one span: there is no other grid.
 * @throws INVALID_ARGUMENT for a solver that lacks something.
 */
export function corrected(
  solver: CorrectedCoefficients,
  span: Span,
  options: CorrectedOptions = {},
): CorrectedMethod {
  checkCoefficients(solver.coefficients);
  checkCorrected(solver);
  const grid = gridOver(span);
  const { file } = options;
  const evaluations = solver.coefficients.times.length;
  const name = `ns-${evaluations}-g`;
  const text = [...(file === undefined ? [name] : ["ns", file]), gridText(grid)].join(":");
  return {
    kind: "fixed",
    name,
    title: `NS ${evaluations} + g`,
    order: 0,
    text,
    spec: { kind: "non-stationary", ...(file === undefined ? {} : { file }), grid },
    grid,
    corrected: solver,
    scheme: (field) => correctedScheme(field, solver),
    withoutFile: () => corrected(solver, span),
    withGrid: (other) => {
      requireOwnGrid({ text, grid }, other, {
        limits: "its corrections know no other",
        instead: "a correction that knows step sizes",
      });
      return corrected(solver, span, options);
    },
  };
}

/** Whether a method has corrections on coefficients of its own. */
export const isCorrected = (method: Method): method is CorrectedMethod => "corrected" in method;
