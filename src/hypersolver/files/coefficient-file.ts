import { z } from "zod/mini";
import { type Field, type NonStationaryMethod, nonStationary } from "../../ode/index.js";
import { nonStationarySchema } from "../../ode/internal.js";
import { fail, isHypersolversError } from "../../tensor/index.js";
import { parseFacts } from "../../tensor/internal.js";
import { type SolveCalibration, solveCalibrationSchema } from "../guard/solve-calibration.js";
import { fingerprintOf } from "./fingerprint.js";

/** What a solver was fitted to through the whole solve, and what that gave. */
export interface FitCard {
  /** Hash of the field's operators and weights. */
  readonly fingerprint: string;
  /** Where the initial states came from. */
  readonly states: string;
  /** Validation errors at the end of the span: of the start, and of what was kept. */
  readonly startError: number;
  readonly bestError: number;
  readonly seed: number;
  /** Name and version of the library that made it. */
  readonly library: string;
  /** Bounds of its errors. Absent in older files, and where there were too few states. */
  readonly calibration?: SolveCalibration | undefined;
}

/** The same of coefficients. */
export interface CoefficientCard extends FitCard {
  /** Name of the method that they began with: `midpoint`. */
  readonly start: string;
}

/** Coefficients out of a file. */
export interface LoadedCoefficients {
  readonly method: NonStationaryMethod;
  readonly card: CoefficientCard | undefined;
}

const fitCard = z.object({
  fingerprint: z.string(),
  states: z.string(),
  startError: z.number(),
  bestError: z.number(),
  seed: z.number(),
  library: z.string(),
  calibration: z.optional(solveCalibrationSchema),
});

/** Checks a card that came from outside. */
export const fitCardSchema: z.core.$ZodType<FitCard> = fitCard;
/** The same of coefficients. */
export const coefficientCardSchema: z.core.$ZodType<CoefficientCard> = z.extend(fitCard, {
  start: z.string(),
});

const schema = z.object({
  format: z.literal(1),
  method: nonStationarySchema,
  card: z.optional(coefficientCardSchema),
});

/** Coefficients as a file, JSON: every number comes back exactly. */
export function encodeCoefficients(
  { coefficients, grid }: NonStationaryMethod,
  card?: CoefficientCard,
): Uint8Array {
  const { spec: method } = nonStationary(coefficients, grid);
  return new TextEncoder().encode(`${JSON.stringify({ format: 1, method, card }, undefined, 2)}\n`);
}

/**
 * Reads such a file.
 * @param file what to call it, also in the method's spelling.
 * @throws MALFORMED_FILE naming the first member that is wrong.
 */
export function decodeCoefficients(bytes: Uint8Array, file: string): LoadedCoefficients {
  const text = new TextDecoder().decode(bytes);
  const wanted = { what: file, expected: "coefficients as JSON, as a fit writes them" };
  const { method, card } = parseFacts(schema, text, wanted);
  const { coefficients, grid } = method;
  if (coefficients === undefined || grid === undefined)
    throw fail("MALFORMED_FILE", { ...wanted, received: "a method without coefficients or grid" });
  try {
    return { method: nonStationary(coefficients, grid, { file }), card };
  } catch (cause) {
    if (!isHypersolversError(cause)) throw cause;
    const { what, expected, received } = cause.facts;
    throw fail("MALFORMED_FILE", { what: file, expected, received: `${what}: ${received}` });
  }
}

/** What a card says against a use: one sentence each. */
export function coefficientWarnings(
  { card }: { readonly card: FitCard | undefined },
  field: Field,
): string[] {
  if (card === undefined || card.fingerprint === fingerprintOf(field)) return [];
  return [
    "this solver was fitted to a different field (other operators or weights): expect the error of its start or worse",
  ];
}
