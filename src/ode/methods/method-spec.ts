import { fail } from "../../tensor/index.js";
import type { Grid } from "../problem/grid.js";
import type { StepControl } from "../step-control/step-control.js";
import { type ControllerSpec, controllerOf } from "../step-control/step-controller.js";
import type { AdaptiveTableauSpec, ButcherTableau, TableauSpec } from "./tableau.js";
import { knownTableau } from "./tableaus/index.js";

/** A method as plain JSON. Each kind of method has its own members. */
export interface MethodSpec {
  readonly kind: string;
}

/** A tableau in fixed steps. */
export interface FixedSpec extends MethodSpec {
  readonly kind: "fixed";
  /** A name that the library knows, or the coefficients of another tableau. */
  readonly tableau: string | TableauSpec | AdaptiveTableauSpec;
  readonly grid: Grid;
}

/** Step control as plain JSON; `custom` is a function, which no JSON can say. */
export interface ControlSpec extends Omit<StepControl, "norm" | "stepController"> {
  readonly norm?: "custom" | undefined;
  readonly stepController?: ControllerSpec | "custom" | undefined;
}

/** A pair with step control. */
export interface AdaptiveSpec extends MethodSpec, ControlSpec {
  readonly kind: "adaptive";
  readonly tableau: string | AdaptiveTableauSpec;
}

/** A multistep method in fixed steps. */
export interface MultistepSpec extends MethodSpec {
  readonly kind: "multistep";
  /** A name that the library knows. */
  readonly method: string;
  readonly grid: Grid;
}

/** A method made reversible. */
export interface ReversibleSpec<Base extends MethodSpec = MethodSpec> extends MethodSpec {
  readonly kind: "reversible";
  /** The method whose steps it is made of, in fixed steps. */
  readonly base: Base;
  /** λ. Default 0.999. */
  readonly coupling?: number;
  /** Present for the way back. */
  readonly inverse?: true;
}

/** A method that a name or the coefficients of a tableau say whole. */
export type TableauMethodSpec = FixedSpec | AdaptiveSpec | MultistepSpec | ReversibleSpec<FixedSpec>;

/** The name of a tableau that the library knows, else its coefficients. */
export function tableauSpec<T extends ButcherTableau>(tableau: T): string | T {
  const known = knownTableau(tableau.name);
  return known !== undefined && JSON.stringify(known) === JSON.stringify(tableau) ? known.name : tableau;
}

/** Step control as plain JSON. */
export function controlSpec({ norm, stepController: given, ...numbers }: StepControl): ControlSpec {
  return {
    ...numbers,
    norm: norm && "custom",
    stepController: given && (given.spec ?? "custom"),
  };
}

/**
 * The step control that a spec describes.
 * @throws INVALID_ARGUMENT where it was made with functions.
 */
export function controlOf({ norm, stepController: given, ...numbers }: ControlSpec): StepControl {
  if (norm === undefined && given !== "custom")
    return { ...numbers, stepController: given && controllerOf(given) };
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: "a method that plain JSON can describe",
    received: norm === undefined ? "a custom step controller" : "a custom norm",
    help: "make the method in code, with `adaptive`",
  });
}
