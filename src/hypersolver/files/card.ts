import { z } from "zod/mini";
import {
  type AdaptiveTableauSpec,
  type TableauSpec,
  tableauMethodText,
  tableauSchema,
} from "../../ode/internal.js";
import { most } from "../../spec/internal.js";
import { parseFacts } from "../../tensor/internal.js";
import { type SolveCalibration, solveCalibrationSchema } from "../guard/solve-calibration.js";

/** Errors of base and hypersolver at one number of steps, on held-out states. */
export interface MeasuredError {
  readonly steps: number;
  /** Evaluations of f. */
  readonly nfe: number;
  /** Multiply–accumulates a sample with g. */
  readonly macs: number;
  /** Mean Euclidean distance of the base to the reference at the end of the span. */
  readonly base: number;
  readonly hypersolver: number;
}

/** What a correction was made for and what it was measured to do: travels inside `correction.onnx`. */
export interface ValidityCard {
  readonly format: 1;
  readonly base: string;
  /** Coefficients of a base that this library does not know by name. */
  readonly tableau?: TableauSpec | AdaptiveTableauSpec | undefined;
  readonly order: number;
  readonly inputs: readonly string[];
  readonly features: readonly string[];
  readonly span: readonly [number, number];
  readonly steps: number;
  /** `both` when steps against the span were learned as well. Absent in files of version 0.1. */
  readonly directions?: "forward" | "both" | undefined;
  /** Smallest and largest step size seen in training; negative where the span runs backwards. */
  readonly epsilon: readonly [number, number];
  readonly stateShape: readonly (number | string)[];
  /** Where the initial states of training came from, and their columns' means and deviations. */
  readonly states: {
    readonly source: string;
    readonly mean: readonly number[];
    readonly deviation: readonly number[];
  };
  /** How the reference was solved: the spelling of its method. The noise floor is its error in units of the residual. */
  readonly reference: {
    readonly method: string;
    readonly precision: string;
    readonly noiseFloor: number;
  };
  readonly measured: readonly MeasuredError[];
  readonly seed: number;
  /** Name and version of the library that made it. */
  readonly library: string;
  /** Hash of the field's operators and weights. */
  readonly fingerprint: string;
  /** Hash of g's own weights, set by `encodeCorrection`. Absent in files of version 0.1. */
  readonly weights?: string | undefined;
  /** Bounds of its errors, as it was fitted. Absent in older files, and where there were too few states. */
  readonly calibration?: SolveCalibration | undefined;
}

const pair = z.tuple([z.number(), z.number()]);
const numbers = z.array(z.number());

/** Files of version 0.1 say the name of the method and its tolerance apart. */
const reference = z.pipe(
  z.object({
    method: z.string(),
    tolerance: z.optional(z.number()),
    precision: z.string(),
    noiseFloor: z.number(),
  }),
  z.transform(({ method, tolerance, ...facts }) => ({ method: spelled(method, tolerance), ...facts })),
);

const spelled = (tableau: string, tolerance: number | undefined): string =>
  tolerance === undefined
    ? tableau
    : tableauMethodText({ kind: "adaptive", tableau, rtol: tolerance, atol: tolerance });

const cardSchema: z.core.$ZodType<ValidityCard> = z.object({
  format: z.literal(1),
  base: z.string(),
  tableau: z.optional(tableauSchema),
  order: z.number(),
  inputs: z.array(z.string()),
  features: z.array(z.string()),
  span: pair,
  steps: z.int().check(z.gte(1), z.lte(most.steps)),
  directions: z.optional(z.enum(["forward", "both"])),
  epsilon: pair,
  stateShape: z.array(z.union([z.number(), z.string()])),
  states: z.object({ source: z.string(), mean: numbers, deviation: numbers }),
  reference,
  measured: z.array(
    z.object({
      steps: z.number(),
      nfe: z.number(),
      macs: z.number(),
      base: z.number(),
      hypersolver: z.number(),
    }),
  ),
  seed: z.number(),
  library: z.string(),
  fingerprint: z.string(),
  weights: z.optional(z.string()),
  calibration: z.optional(solveCalibrationSchema),
});

/** Key of the card in the model's metadata. */
export const CARD_KEY = "hypersolvers.card";

/**
 * Reads a card from its JSON text.
 * @param text undefined: the file has none.
 * @throws MALFORMED_FILE naming the first member that is wrong.
 */
export const parseCard = (text: string | undefined, what: string): ValidityCard =>
  parseFacts(cardSchema, text, {
    what,
    expected: `a correction: an ONNX model with a validity card, "${CARD_KEY}" in its metadata`,
    help: "make one with `hypersolvers fit`, of this version",
  });
