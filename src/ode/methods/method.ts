import { fail } from "../../tensor/index.js";
import { checkStepControl, DEFAULT_TOLERANCES, type StepControl } from "../control/step-control.js";
import type { Field } from "../field/field.js";
import { checkGrid, type Grid } from "../problem/grid.js";
import {
  type AdaptiveSpec,
  controlSpec,
  type FixedSpec,
  type MethodSpec,
  tableauSpec,
} from "./method-spec.js";
import { tableauMethodText } from "./method-text.js";
import { type Scheme, type StepScheme, tableauScheme } from "./scheme.js";
import { type AdaptiveTableau, type ButcherTableau, isAdaptive } from "./tableau.js";

/**
 * One way to solve, whole: a method with its steps, or with the tolerances that choose them. Everything that solves takes
 * one, everything that compares takes several, everything that is written names one.
 */
export type Method = FixedMethod | AdaptiveMethod;

interface NamedMethod {
  /** `heun`, `hyper-heun`. */
  readonly name: string;
  /** As tables and figures have it: `Heun`, `HyperHeun`. */
  readonly title: string;
  /** Global order of convergence. */
  readonly order: number;
  /** Its spelling: `heun:4`, `dopri5@1e-5`, `hyper-heun:correction.onnx:2`. */
  readonly text: string;
  /** The same as plain JSON. */
  readonly spec: MethodSpec;
}

/** A method whose steps are known before it is run. */
export interface FixedMethod extends NamedMethod {
  readonly kind: "fixed";
  readonly grid: Grid;
  /** The tableau whose steps it takes, where it does nothing else: for solvers that read no graphs. */
  readonly tableau?: ButcherTableau;
  /** The method on a field, whose parameters may be open to derivatives. */
  scheme(field: Field): Scheme;
  /** The same method on another grid. */
  withGrid(grid: Grid): FixedMethod;
}

/** A tableau in fixed steps. */
export interface TableauMethod extends FixedMethod {
  readonly tableau: ButcherTableau;
  readonly spec: FixedSpec;
  scheme(field: Field): StepScheme;
  withGrid(grid: Grid): TableauMethod;
}

/** An embedded pair whose steps follow from tolerances. */
export interface AdaptiveMethod extends NamedMethod, StepControl {
  readonly kind: "adaptive";
  readonly tableau: AdaptiveTableau;
  readonly spec: AdaptiveSpec;
}

/**
 * A tableau in fixed steps: `fixed(heun, { steps: 4 })`, spelt `heun:4`.
 * @param grid equal steps between each two requested times, or all points of the solve.
 * @throws INVALID_ARGUMENT for an invalid grid.
 */
export function fixed(tableau: ButcherTableau, grid: Grid): TableauMethod {
  checkGrid(grid);
  const { name, title, order } = tableau;
  const spec: FixedSpec = { kind: "fixed", tableau: tableauSpec(tableau), grid };
  return {
    kind: "fixed",
    name,
    title: isAdaptive(tableau) ? `${title} (fixed)` : title,
    order,
    text: tableauMethodText(spec),
    spec,
    grid,
    tableau,
    scheme: (field) => tableauScheme(field, tableau),
    withGrid: (other) => fixed(tableau, other),
  };
}

/**
 * A pair with step control: `adaptive(dopri5, { rtol: 1e-5, atol: 1e-5 })`, spelt `dopri5@1e-5`.
 * @param control default: rtol 1e-7, atol 1e-9, as torchdiffeq.
 * @throws INVALID_ARGUMENT for tolerances or step sizes that make no sense.
 */
export function adaptive(tableau: AdaptiveTableau, control: Partial<StepControl> = {}): AdaptiveMethod {
  const whole: StepControl = { ...DEFAULT_TOLERANCES, ...control };
  checkStepControl(whole);
  const { name, title, order } = tableau;
  const spec: AdaptiveSpec = { kind: "adaptive", tableau: tableauSpec(tableau), ...controlSpec(whole) };
  return { ...whole, kind: "adaptive", name, title, order, text: tableauMethodText(spec), spec, tableau };
}

/**
 * The same pair under other step control.
 * @param control what is to differ.
 * @throws INVALID_ARGUMENT for fixed steps, which have none.
 */
export function withStepControl(method: Method, control: Partial<StepControl>): AdaptiveMethod {
  if (method.kind === "fixed")
    throw fail("INVALID_ARGUMENT", {
      what: Object.keys(control).join(", "),
      expected: "step control: fixed steps control no error",
      received: method.text,
    });
  const { kind: _, name: _name, title: _title, order: _order, text: _text, spec: _spec, ...rest } = method;
  const { tableau, ...own } = rest;
  return adaptive(tableau, { ...own, ...control });
}
