import { z } from "zod";
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
const stepController = z.object({
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
  norm: z.literal("custom").optional(),
  stepController: z.union([stepController, z.literal("custom")]).optional(),
  maxSteps: z.number().exactOptional(),
  minStep: z.number().exactOptional(),
  maxStep: z.number().exactOptional(),
  firstStep: z.number().exactOptional(),
  lastStep: z.enum(["clip", "overshoot"]).exactOptional(),
  reuseLastStage: z.boolean().exactOptional(),
  toleranceColumns: z.number().exactOptional(),
};

/** Checks the coefficients of a tableau. */
export const tableauSchema: z.ZodType<TableauSpec | AdaptiveTableauSpec> = z.union([
  adaptiveTableau,
  plainTableau,
]);

/** Checks the name or the coefficients of a tableau. */
export const tableauSpecSchema: z.ZodType<string | TableauSpec | AdaptiveTableauSpec> = z.union([
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
  base: z.ZodType<Base>,
): z.ZodType<ReversibleSpec<Base>> =>
  z.strictObject({
    kind: z.literal("reversible"),
    base,
    coupling: z.number().exactOptional(),
    inverse: z.literal(true).exactOptional(),
  });

/** Checks the spec of a method that names or coefficients of tableaus say whole. */
export const tableauMethodSchema: z.ZodType<TableauMethodSpec> = z.union([
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
export const nonStationaryCoefficientsSchema: z.ZodType<NonStationaryCoefficients> = z.strictObject({
  times: coefficients,
  rows: z.array(z.strictObject({ from: z.number(), scale: z.number(), weights: coefficients })),
});

/** Checks the form of non-stationary coefficients as a method; what the numbers have to be, `nonStationary` checks. */
export const nonStationarySchema: z.ZodType<NonStationarySpec> = z.strictObject({
  kind: z.literal("non-stationary"),
  coefficients: nonStationaryCoefficientsSchema.exactOptional(),
  file: z.string().exactOptional(),
  grid: gridSchema.exactOptional(),
});
