import { z } from "zod/mini";
import { fail } from "../../tensor/index.js";
import type { ErrorCalibration } from "./calibration.js";
import { type ErrorPredictor, errorPredictorSchema } from "./error-predictor.js";
import type { Scoring } from "./scored-solve.js";
import { type Witnesses, witnessesSchema } from "./witnesses.js";

/** Bounds of the errors of a fitted solve, as its file has them: by score, for several coverages. */
export interface SolveCalibration {
  /** Name of the method that was calibrated, in so many steps over this span. */
  readonly method: string;
  readonly steps: number;
  readonly span: readonly [number, number];
  /** Hash of the field's operators and weights. */
  readonly fingerprint: string;
  /** Samples whose errors were measured. */
  readonly samples: number;
  /** What errors were measured against: the spelling of a method. */
  readonly reference: string;
  /**
   * `predicted`: errors predicted by `predictor`; `own`: what the method's corrections added; `none`: nothing is known, and one
   * bound is for all.
   */
  readonly score: "predicted" | "own" | "none";
  readonly predictor?: ErrorPredictor | undefined;
  /** Quantiles of the scores at equal distances, the smallest and the largest first and last; none without scores. */
  readonly scores: readonly number[];
  /** The same of every trait that the predictor sees. */
  readonly traits?: readonly (readonly number[])[] | undefined;
  /** Samples by which a solver shows that it is the one that was calibrated. Absent in older files. */
  readonly witnesses?: Witnesses | undefined;
  /** For every coverage, increasing. */
  readonly levels: readonly ErrorCalibration[];
  /** What all that promises, for people. */
  readonly guarantee: string;
}

/** The promise of split conformal prediction, with its conditions. */
export const GUARANTEE: string =
  "A new sample ends within its bound of the reference with at least the stated probability, in every bin of scores, if it " +
  "is drawn as the calibration states were and is one that the reference can solve. Nothing is promised for states of " +
  "another kind, for other spans, numbers of steps, fields or weights, or for one sample in particular.";

const numbers = z.array(z.number());
const level = z
  .object({ coverage: z.number().check(z.gt(0), z.lt(1)), edges: numbers, bounds: numbers, counts: numbers })
  .check(z.refine(({ edges, bounds }) => bounds.length === edges.length + 1, "one bound more than edges"));

/** Checks a calibration that came from outside. */
export const solveCalibrationSchema: z.core.$ZodType<SolveCalibration> = z
  .object({
    method: z.string(),
    steps: z.int().check(z.gte(1)),
    span: z.tuple([z.number(), z.number()]),
    fingerprint: z.string(),
    samples: z.int().check(z.gte(1)),
    reference: z.string(),
    score: z.enum(["predicted", "own", "none"]),
    predictor: z.optional(errorPredictorSchema),
    scores: numbers,
    traits: z.optional(z.array(numbers)),
    witnesses: z.optional(witnessesSchema),
    levels: z.array(level).check(z.minLength(1)),
    guarantee: z.string(),
  })
  .check(
    z.refine(
      ({ score, predictor }) => (score === "predicted") === (predictor !== undefined),
      "a predictor where errors are predicted",
    ),
  );

/** Where the scores of a calibrated solve come from. */
export const scoringOf = ({ score, predictor }: Pick<SolveCalibration, "score" | "predictor">): Scoring =>
  score === "predicted" ? (predictor ?? "none") : score;

/** There are no bounds for scores beyond the largest of the calibration by more than this factor. */
const SCORE_MARGIN = 1.1;

/**
 * The bounds of the least calibrated coverage that is not below the wanted one.
 * @throws INVALID_ARGUMENT for a coverage above all that were calibrated.
 */
export function levelOf({ levels, samples }: SolveCalibration, coverage: number): ErrorCalibration {
  const level = levels.find((each) => each.coverage >= coverage && coverage > 0);
  if (level !== undefined) return level;
  const known = levels.map((each) => each.coverage).join(", ");
  throw fail("INVALID_ARGUMENT", {
    what: "coverage",
    expected: `above 0, and at most the largest that ${samples} calibration states allow (${known})`,
    received: String(coverage),
    help: "ask for less, or fit with more --samples",
  });
}

/** The largest score that bounds are known for. */
export const largestScore = ({ scores }: SolveCalibration): number => SCORE_MARGIN * (scores.at(-1) ?? 0);

/**
 * Bounds of errors by scores, `errorBound` for many; infinite for samples that broke, and for scores that the calibration never
 * saw. Loops: this is done for every solve.
 */
export function boundsOf(
  calibration: SolveCalibration,
  { edges, bounds }: ErrorCalibration,
): (scores: Float64Array) => Float64Array {
  const largest = largestScore(calibration);
  const sorted = Float64Array.from(edges, (edge) => Math.max(0, edge));
  const [low, first] = firstBins(sorted);
  const last = first.length - 1;
  return (scores) => {
    const found = new Float64Array(scores.length);
    const halves = halvesOf(scores);
    for (let row = 0; row < scores.length; row++) {
      const score = scores[row] as number;
      const cell = ((halves[2 * row + 1] as number) >>> CELL) - low;
      let bin = first[Math.max(0, Math.min(last, cell))] as number;
      while (bin < sorted.length && (sorted[bin] as number) <= score) bin++;
      found[row] = score <= largest ? (bounds[bin] as number) : Number.POSITIVE_INFINITY;
    }
    return found;
  };
}

/** Bits of the upper half of a number that are left out: a cell is a 32nd of an octave. */
const CELL = 15;

/** Numbers in two halves, the upper one second. */
const halvesOf = ({ buffer, byteOffset, length }: Float64Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, 2 * length);

/**
 * Where to begin to look for the bin of a score, by its cell, the first cell first. The bits of numbers that are not negative
 * grow with them. To begin with the first bin takes three times as long.
 */
function firstBins(edges: Float64Array): readonly [low: number, first: Uint32Array] {
  const halves = halvesOf(edges);
  const cells = Array.from(edges, (_, i) => (halves[2 * i + 1] as number) >>> CELL);
  const low = cells[0] ?? 0;
  const first = new Uint32Array(Math.max(0, (cells.at(-1) ?? 0) - low) + 2);
  for (let i = 0, bin = 0; i < first.length; i++) {
    while ((cells[bin] ?? Number.POSITIVE_INFINITY) < low + i) bin++;
    first[i] = bin;
  }
  return [low, first];
}
