import type { ButcherTableau, Field, FixedMethod, Method } from "../../ode/index.js";
import {
  type AdaptiveTableauSpec,
  checkGrid,
  type Grid,
  gridText,
  isReversible,
  type MethodSpec,
  type StepScheme,
  type TableauSpec,
  tableauSpec,
} from "../../ode/internal.js";
import { fail } from "../../tensor/index.js";
import type { Correction } from "./correction.js";
import { hyperScheme } from "./hyper-scheme.js";

/** A hypersolver as plain JSON: the correction stays where it is and is named. */
export interface HyperSpec extends MethodSpec {
  readonly kind: "hyper";
  /** Name of the base, or its coefficients; absent: the correction's own. */
  readonly base?: string | TableauSpec | AdaptiveTableauSpec;
  /** Where the correction is, usually its file; absent for one that is in memory alone. */
  readonly correction?: string | undefined;
  /** Absent: the steps that the correction was fitted to. */
  readonly grid?: Grid;
}

/** A corrected tableau in fixed steps. */
export interface HyperMethod extends FixedMethod {
  readonly correction: Correction;
  readonly spec: HyperSpec;
  scheme(field: Field): StepScheme;
  withGrid(grid: Grid): HyperMethod;
}

export interface HyperOptions {
  /** What the correction is called in the method's spelling and spec, usually its file. */
  readonly file?: string;
}

/** `hyper-heun` of a base. */
const hyperNamed = ({ name }: ButcherTableau): string => `hyper-${name}`;

/**
 * A correction in fixed steps: `hyper(correction, { steps: 2 })`, spelled `hyper-heun:2`, or `hyper-heun:correction.onnx:2`
 * where its file is named.
 * @param grid default: the steps that its card says it was fitted to.
 * @throws INVALID_ARGUMENT for an invalid grid, or without grid and card.
 */
export function hyper(
  correction: Correction,
  grid: Grid | undefined = ownGrid(correction),
  options: HyperOptions = {},
): HyperMethod {
  const { file } = options;
  const { base } = correction;
  if (grid === undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "grid",
      expected: "a number of steps: this correction has no card that says one",
      received: "nothing",
    });
  checkGrid(grid);
  const name = hyperNamed(base);
  return {
    kind: "fixed",
    name,
    title: `Hyper${base.title.replace(/^./, (letter) => letter.toUpperCase())}`,
    order: base.order,
    text: [name, ...(file === undefined ? [] : [file]), gridText(grid)].join(":"),
    spec: { kind: "hyper", base: tableauSpec(base), correction: file, grid },
    grid,
    correction,
    scheme: (field) => hyperScheme(field, correction),
    withGrid: (other) => hyper(correction, other, options),
  };
}

/** Whether a method is a corrected one. */
export const isHyper = (method: Method): method is HyperMethod => "correction" in method;

/** The correction that a method applies, also one that was made reversible. */
export function correctionOf(method: Method): Correction | undefined {
  if (isReversible(method)) return correctionOf(method.base);
  return isHyper(method) ? method.correction : undefined;
}

const ownGrid = ({ card }: Correction): Grid | undefined => card && { steps: card.steps };
