import { z } from "zod";
import { fail } from "../../tensor/index.js";
import { type ControllerSpec, controllerOf } from "../control/controller.js";
import type { StepControl } from "../control/step-control.js";
import type { Grid } from "../problem/grid.js";
import { multistepNames } from "./multistep/names.js";
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
export interface ControlSpec extends Omit<StepControl, "norm" | "controller"> {
  readonly norm?: "custom";
  readonly controller?: ControllerSpec | "custom";
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

/** A method that a name or the coefficients of a tableau say whole. */
export type TableauMethodSpec = FixedSpec | AdaptiveSpec | MultistepSpec;

const coefficients = z.array(z.number());
const plainTableau = z.object({
  name: z.string(),
  title: z.string().exactOptional(),
  aliases: z.array(z.string()).exactOptional(),
  order: z.number(),
  a: z.array(coefficients),
  b: coefficients,
  c: coefficients,
  reference: z.string(),
});
const adaptiveTableau = plainTableau.extend({
  bError: coefficients,
  embeddedOrder: z.number(),
  bMid: coefficients.exactOptional(),
  reuseLastStage: z.boolean().exactOptional(),
});

const positive = z.number().positive();
const controller = z.object({
  kind: z.enum(["integral", "proportional-integral"]),
  safety: positive.exactOptional(),
  maxFactor: positive.exactOptional(),
  minFactor: positive.exactOptional(),
});

/** Fixed steps as JSON: their number, or the mesh points. */
export const gridSchema: z.ZodType<Grid> = z.union([
  z.strictObject({ steps: z.number() }),
  z.strictObject({ mesh: z.array(z.number()) }),
]);

const control = {
  rtol: z.number(),
  atol: z.number(),
  norm: z.literal("custom").exactOptional(),
  controller: z.union([controller, z.literal("custom")]).exactOptional(),
  maxSteps: z.number().exactOptional(),
  minStep: z.number().exactOptional(),
  maxStep: z.number().exactOptional(),
  firstStep: z.number().exactOptional(),
  lastStep: z.enum(["clip", "overshoot"]).exactOptional(),
  reuseLastStage: z.boolean().exactOptional(),
  toleranceColumns: z.number().exactOptional(),
};

/** Checks the name or the coefficients of a tableau. */
export const tableauSpecSchema: z.ZodType<string | TableauSpec | AdaptiveTableauSpec> = z.union([
  z.string(),
  adaptiveTableau,
  plainTableau,
]);

/** Checks the spec of a method that names or coefficients say whole. */
export const tableauMethodSchema: z.ZodType<TableauMethodSpec> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("fixed"),
    tableau: tableauSpecSchema,
    grid: gridSchema,
  }),
  z.strictObject({
    kind: z.literal("adaptive"),
    tableau: z.union([z.string(), adaptiveTableau]),
    ...control,
  }),
  z.strictObject({ kind: z.literal("multistep"), method: z.enum(multistepNames), grid: gridSchema }),
]);

/** The name of a tableau that the library knows, else its coefficients. */
export function tableauSpec<T extends ButcherTableau>(tableau: T): string | T {
  const known = knownTableau(tableau.name);
  return known !== undefined && JSON.stringify(known) === JSON.stringify(tableau) ? known.name : tableau;
}

/** Step control as plain JSON. */
export function controlSpec({ norm, controller: given, ...numbers }: StepControl): ControlSpec {
  return {
    ...numbers,
    ...(norm !== undefined && { norm: "custom" }),
    ...(given !== undefined && { controller: given.spec ?? "custom" }),
  };
}

/**
 * The step control that a spec describes.
 * @throws INVALID_ARGUMENT where it was made with functions.
 */
export function controlOf({ norm, controller: given, ...numbers }: ControlSpec): StepControl {
  if (norm === undefined && given !== "custom")
    return { ...numbers, ...(given !== undefined && { controller: controllerOf(given) }) };
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: "a method that plain JSON can describe",
    received: norm === undefined ? "a controller of somebody's own" : "a norm of somebody's own",
    help: "make the method in code, with `adaptive`",
  });
}
