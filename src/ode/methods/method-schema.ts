import { z } from "zod/mini";
import type { Grid } from "../problem/grid.js";
import type { MethodSpec, ReversibleSpec, TableauMethodSpec } from "./method-spec.js";
import { steppedNames } from "./multistep/names.js";
import type { NonStationaryCoefficients } from "./non-stationary/coefficients.js";
import type { NonStationarySpec } from "./non-stationary/method.js";
import type { AdaptiveTableauSpec, TableauSpec } from "./tableau.js";

// Checks of methods that were read from files. Apart from the specs themselves: who reads no files need not load zod.

const coefficients = z.array(z.number());
const plainTableau = z.object({
  name: z.string(),
  title: z.exactOptional(z.string()),
  aliases: z.exactOptional(z.array(z.string())),
  order: z.number(),
  a: z.array(coefficients),
  b: coefficients,
  c: coefficients,
  reference: z.string(),
});
const adaptiveTableau = z.extend(plainTableau, {
  bError: coefficients,
  embeddedOrder: z.number(),
  bMid: z.exactOptional(coefficients),
  reuseLastStage: z.exactOptional(z.boolean()),
});

const positive = z.number().check(z.positive());
const stepController = z.object({
  kind: z.enum(["integral", "proportional-integral"]),
  safety: z.exactOptional(positive),
  maxFactor: z.exactOptional(positive),
  minFactor: z.exactOptional(positive),
});

/** Fixed steps as JSON: their number, or the mesh points. */
export const gridSchema: z.core.$ZodType<Grid> = z.union([
  z.strictObject({ steps: z.number() }),
  z.strictObject({ mesh: z.array(z.number()) }),
]);

const control = {
  rtol: z.number(),
  atol: z.number(),
  norm: z.optional(z.literal("custom")),
  stepController: z.optional(z.union([stepController, z.literal("custom")])),
  maxSteps: z.exactOptional(z.number()),
  minStep: z.exactOptional(z.number()),
  maxStep: z.exactOptional(z.number()),
  firstStep: z.exactOptional(z.number()),
  lastStep: z.exactOptional(z.enum(["clip", "overshoot"])),
  reuseLastStage: z.exactOptional(z.boolean()),
  toleranceColumns: z.exactOptional(z.number()),
};

/** Checks the coefficients of a tableau. */
export const tableauSchema: z.core.$ZodType<TableauSpec | AdaptiveTableauSpec> = z.union([
  adaptiveTableau,
  plainTableau,
]);

/** Checks the name or the coefficients of a tableau. */
export const tableauSpecSchema: z.core.$ZodType<string | TableauSpec | AdaptiveTableauSpec> = z.union([
  z.string(),
  tableauSchema,
]);

const fixedSchema = z.strictObject({
  kind: z.literal("fixed"),
  tableau: tableauSpecSchema,
  grid: gridSchema,
});

/** Checks the spec of a reversible method, whose base passes the check given. */
export const reversibleSchema = <Base extends MethodSpec>(
  base: z.core.$ZodType<Base>,
): z.core.$ZodType<ReversibleSpec<Base>> =>
  z.strictObject({
    kind: z.literal("reversible"),
    base,
    coupling: z.exactOptional(z.number()),
    inverse: z.exactOptional(z.literal(true)),
  });

/** Checks the spec of a method that names or coefficients of tableaus say whole. */
export const tableauMethodSchema: z.core.$ZodType<TableauMethodSpec> = z.union([
  fixedSchema,
  reversibleSchema(fixedSchema),
  z.strictObject({
    kind: z.literal("adaptive"),
    tableau: z.union([z.string(), adaptiveTableau]),
    ...control,
  }),
  z.strictObject({ kind: z.literal("multistep"), method: z.enum(steppedNames), grid: gridSchema }),
]);

/** Checks the form of coefficients; what the numbers have to be, `checkCoefficients` checks. */
export const nonStationaryCoefficientsSchema: z.core.$ZodType<NonStationaryCoefficients> = z.strictObject({
  times: coefficients,
  rows: z.array(z.strictObject({ from: z.number(), scale: z.number(), weights: coefficients })),
});

/** Checks the form of non-stationary coefficients as a method; what the numbers have to be, `nonStationary` checks. */
export const nonStationarySchema: z.core.$ZodType<NonStationarySpec> = z.strictObject({
  kind: z.literal("non-stationary"),
  coefficients: z.exactOptional(nonStationaryCoefficientsSchema),
  file: z.exactOptional(z.string()),
  grid: z.exactOptional(gridSchema),
});
