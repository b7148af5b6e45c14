import { fail } from "../../tensor/index.js";
import type { Tolerances } from "../step-control/step-control.js";
import type { LinearMethod } from "./linear-method.js";
import { adaptive, type FixedMethod, fixed, type Method, multistep } from "./method.js";
import { controlOf, type ReversibleSpec, type TableauMethodSpec } from "./method-spec.js";
import { parseTableauMethod } from "./method-text.js";
import { multistepNamed } from "./multistep/index.js";
import { reversible } from "./reversible/method.js";
import { rosenbrockMethods } from "./rosenbrock/index.js";
import { isRosenbrockName } from "./rosenbrock/names.js";
import { type ButcherTableau, defineTableau, isAdaptive } from "./tableau.js";
import { dopri5 } from "./tableaus/dopri5.js";
import { tableauNamed } from "./tableaus/index.js";

/**
 * The method that a spec describes.
 * @throws INVALID_ARGUMENT when the library does not know its tableau, or the tableau cannot do it; INVALID_TABLEAU for
 *   invalid coefficients.
 */
export function tableauMethodOf(spec: TableauMethodSpec): Method {
  if (spec.kind === "reversible") return reversibleOf(spec, tableauMethodOf(spec.base));
  if (spec.kind === "multistep") return multistep(multistepNamed(spec.method), spec.grid);
  if (typeof spec.tableau === "string" && isRosenbrockName(spec.tableau)) {
    const rosenbrock = rosenbrockMethods[spec.tableau];
    if (spec.kind === "fixed") return fixed(rosenbrock, spec.grid);
    const { kind: _, tableau: _tableau, ...control } = spec;
    return adaptive(rosenbrock, controlOf(control));
  }
  const tableau: ButcherTableau =
    typeof spec.tableau === "string" ? tableauNamed(spec.tableau) : defineTableau(spec.tableau);
  if (spec.kind === "fixed") return fixed(tableau, spec.grid);
  const { kind: _, tableau: _tableau, ...control } = spec;
  if (isAdaptive(tableau)) return adaptive(tableau, controlOf(control));
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: "a method with an error estimate, or fixed steps",
    received: `${tableau.name}, which has none, and no steps`,
    help: `write ${tableau.name}:4 for four steps, or take adaptive_heun, bosh3, dopri5, tsit5, dopri8 or, for stiff fields, rodas4`,
  });
}

/**
 * The reversible method of a spec, whose base has been made.
 * @throws INVALID_ARGUMENT for a base without fixed steps, or as `reversible`.
 */
export function reversibleOf({ coupling, inverse }: Omit<ReversibleSpec, "base">, base: Method): Method {
  if (base.kind === "fixed") return reversible(base, { coupling, isInverse: inverse });
  throw fail("INVALID_ARGUMENT", {
    what: "reversible: its base",
    expected: "fixed steps, such as heun:4",
    received: base.text,
  });
}

/**
 * What an argument `method` means: itself, or what it spells.
 * @param method default: dopri5.
 * @param tolerances where it says none. Default: rtol 1e-7, atol 1e-9.
 * @throws INVALID_ARGUMENT for an invalid spelling, or of a correction, whose file has to be read first.
 */
export function resolveMethod(method: Method | string | undefined, tolerances?: Tolerances): Method {
  if (method === undefined) return adaptive(dopri5, tolerances);
  if (typeof method === "string") return tableauMethodOf(parseTableauMethod(method, tolerances));
  if (method?.kind === "fixed" || method?.kind === "adaptive") return method;
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: 'a method, or its spelling: "heun:4", "dopri5@1e-5"',
    received: describeOther(method),
    help: "fixed(tableau, { steps: 4 }) and adaptive(tableau, { rtol, atol }) make a method of a tableau",
  });
}

/** What plain JavaScript may have given for a method. */
function describeOther(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return "name" in value && "b" in value
    ? `the tableau ${String(value.name)}, without steps or tolerances`
    : "an object";
}

/**
 * The tableau of a method that repeats its steps and does nothing else.
 * @param what needs it.
 * @throws INVALID_ARGUMENT for another method.
 */
export function requireTableau({ tableau, text }: Method, what: string): ButcherTableau {
  if (tableau !== undefined) return tableau;
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: `a Runge–Kutta method: ${what}`,
    received: text,
  });
}

/**
 * What a fixed-step method does to states of any kind.
 * @param what needs it.
 * @throws INVALID_ARGUMENT for a method that is more than evaluations and weighted sums.
 */
export function requireLinear({ linear, text }: FixedMethod, what: string): LinearMethod {
  if (linear !== undefined) return linear;
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: `a method of evaluations and weighted sums alone: ${what}`,
    received: text,
  });
}
