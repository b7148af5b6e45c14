import { fail } from "../../tensor/index.js";
import type { Field } from "../field/field.js";
import { checkGrid, type Grid } from "../problem/grid.js";
import { checkStepControl, DEFAULT_TOLERANCES, type StepControl } from "../step-control/step-control.js";
import { type LinearMethod, linearScheme, linearTableau } from "./linear-method.js";
import {
  type AdaptiveSpec,
  controlSpec,
  type FixedSpec,
  type MethodSpec,
  type MultistepSpec,
  tableauSpec,
} from "./method-spec.js";
import { tableauMethodText } from "./method-text.js";
import type { MultistepMethod } from "./multistep/multistep.js";
import { isRosenbrock } from "./rosenbrock/index.js";
import type { RosenbrockTableau } from "./rosenbrock/tableau.js";
import { type Scheme, type StepScheme, tableauScheme } from "./scheme.js";
import { type AdaptiveTableau, type ButcherTableau, isAdaptive } from "./tableau.js";

/**
 * One way to solve, whole: a method with its steps, or with the tolerances that choose them. Everything that solves takes
 * one, everything that compares takes several, everything that is written names one.
 */
export type Method = FixedMethod | AdaptiveMethod | RosenbrockMethod;

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
  /** The tableau whose steps it takes, where it does nothing else. */
  readonly tableau?: ButcherTableau;
  /** What it does to states of any kind, where that is evaluations and weighted sums alone: for solvers that read no graphs. */
  readonly linear?: LinearMethod;
  /** Present where steps are implicit: no graph holds them. */
  readonly rosenbrock?: RosenbrockTableau;
  /**
   * The method on a field, whose parameters may be open to derivatives.
   * @throws INVALID_ARGUMENT for an implicit method.
   */
  scheme(field: Field): Scheme;
  /** The same method on another grid. */
  withGrid(grid: Grid): FixedMethod;
}

/** A tableau in fixed steps. */
export interface TableauMethod extends FixedMethod {
  readonly tableau: ButcherTableau;
  readonly linear: LinearMethod;
  readonly spec: FixedSpec;
  scheme(field: Field): StepScheme;
  withGrid(grid: Grid): TableauMethod;
}

/** A Rosenbrock method in fixed steps. */
export interface ImplicitFixedMethod extends FixedMethod {
  readonly rosenbrock: RosenbrockTableau;
  readonly spec: FixedSpec;
  withGrid(grid: Grid): ImplicitFixedMethod;
}

/** A method that solves linear systems: in fixed steps or with step control. */
export type ImplicitMethod = RosenbrockMethod | ImplicitFixedMethod;

/** Narrows to methods that solve linear systems. */
export const isImplicit = (method: Method): method is ImplicitMethod => method.rosenbrock !== undefined;

/** An embedded pair whose steps follow from tolerances. */
export interface AdaptiveMethod extends NamedMethod, StepControl {
  readonly kind: "adaptive";
  readonly tableau: AdaptiveTableau;
  readonly rosenbrock?: undefined;
  readonly spec: AdaptiveSpec;
}

/** A Rosenbrock method whose steps follow from tolerances: implicit, for stiff fields. */
export interface RosenbrockMethod extends NamedMethod, StepControl {
  readonly kind: "adaptive";
  readonly rosenbrock: RosenbrockTableau;
  readonly tableau?: undefined;
  readonly spec: AdaptiveSpec;
}

/**
 * A tableau in fixed steps: `fixed(heun, { steps: 4 })`, spelled `heun:4`; `fixed(rodas4, { steps: 8 })` for an implicit one.
 * @param grid equal steps between each two requested times, or all points of the solve.
 * @throws INVALID_ARGUMENT for an invalid grid.
 */
export function fixed(tableau: ButcherTableau, grid: Grid): TableauMethod;
export function fixed(tableau: RosenbrockTableau, grid: Grid): ImplicitFixedMethod;
export function fixed(tableau: ButcherTableau | RosenbrockTableau, grid: Grid): FixedMethod;
export function fixed(tableau: ButcherTableau | RosenbrockTableau, grid: Grid): FixedMethod {
  checkGrid(grid);
  return isRosenbrock(tableau) ? fixedRosenbrock(tableau, grid) : fixedTableau(tableau, grid);
}

function fixedTableau(tableau: ButcherTableau, grid: Grid): TableauMethod {
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
    linear: linearTableau(tableau),
    scheme: (field) => tableauScheme(field, tableau),
    withGrid: (other) => fixed(tableau, other),
  };
}

function fixedRosenbrock(rosenbrock: RosenbrockTableau, grid: Grid): ImplicitFixedMethod {
  const { name, title, order } = rosenbrock;
  const spec: FixedSpec = { kind: "fixed", tableau: name, grid };
  const text = tableauMethodText(spec);
  return {
    kind: "fixed",
    name,
    title: `${title} (fixed)`,
    order,
    text,
    spec,
    grid,
    rosenbrock,
    scheme: () => {
      throw noGraph(text);
    },
    withGrid: (other) => fixed(rosenbrock, other),
  };
}

/** What an implicit method cannot do. */
const noGraph = (text: string): Error =>
  fail("INVALID_ARGUMENT", {
    what: "method",
    expected: "an explicit method: gradients, exports and corrections need steps that are a program",
    received: `${text}, whose steps solve linear systems`,
    help: "take it to solve or to compare; here an explicit method, such as rk4:64 or dopri5@1e-5",
  });

/**
 * An explicit method, as gradients, references and exports need it.
 * @throws INVALID_ARGUMENT for an implicit one.
 */
export function requireExplicit(method: Method): FixedMethod | AdaptiveMethod {
  if (isImplicit(method)) throw noGraph(method.text);
  return method;
}

/**
 * A multistep method in fixed steps: `multistep(ab2, { steps: 8 })`, spelled `ab2:8`. Steps of different sizes keep its order,
 * and a solve through several requested times starts once.
 * @throws INVALID_ARGUMENT for an invalid grid.
 */
export function multistep(method: MultistepMethod, grid: Grid): FixedMethod {
  checkGrid(grid);
  const { name, title, order } = method;
  const spec: MultistepSpec = { kind: "multistep", method: name, grid };
  return {
    kind: "fixed",
    name,
    title,
    order,
    text: tableauMethodText(spec),
    spec,
    grid,
    linear: method,
    scheme: (field) => linearScheme(field, method),
    withGrid: (other) => multistep(method, other),
  };
}

/**
 * A pair with step control: `adaptive(dopri5, { rtol: 1e-5, atol: 1e-5 })`, spelled `dopri5@1e-5`.
 * @param control default: rtol 1e-7, atol 1e-9, as torchdiffeq.
 * @throws INVALID_ARGUMENT for tolerances or step sizes that make no sense.
 */
export function adaptive(tableau: AdaptiveTableau, control?: Partial<StepControl>): AdaptiveMethod;
export function adaptive(tableau: RosenbrockTableau, control?: Partial<StepControl>): RosenbrockMethod;
export function adaptive(
  tableau: AdaptiveTableau | RosenbrockTableau,
  control?: Partial<StepControl>,
): AdaptiveMethod | RosenbrockMethod;
export function adaptive(
  tableau: AdaptiveTableau | RosenbrockTableau,
  control: Partial<StepControl> = {},
): AdaptiveMethod | RosenbrockMethod {
  const whole: StepControl = { ...DEFAULT_TOLERANCES, ...control };
  checkStepControl(whole);
  const { name, title, order } = tableau;
  const known = isRosenbrock(tableau) ? name : tableauSpec(tableau);
  const spec: AdaptiveSpec = { kind: "adaptive", tableau: known, ...controlSpec(whole) };
  const named = { kind: "adaptive", name, title, order, text: tableauMethodText(spec), spec } as const;
  return isRosenbrock(tableau)
    ? { ...whole, ...named, rosenbrock: tableau }
    : { ...whole, ...named, tableau };
}

/**
 * The same method under other step control.
 * @param control what is to differ.
 * @throws INVALID_ARGUMENT for fixed steps, which have none.
 */
export function withStepControl<M extends Method>(
  method: M,
  control: Partial<StepControl>,
): Exclude<M, FixedMethod> {
  const whole: Method = method;
  if (whole.kind === "fixed")
    throw fail("INVALID_ARGUMENT", {
      what: Object.keys(control).join(", "),
      expected: "step control: fixed steps control no error",
      received: whole.text,
    });
  const { kind: _, name: _name, title: _title, order: _order, text: _text, spec: _spec, ...rest } = whole;
  const { tableau, rosenbrock, ...own } = rest;
  const made = tableau === undefined ? rosenbrock : tableau;
  return adaptive(made, { ...own, ...control }) as Exclude<M, FixedMethod>;
}
