import type { AdaptiveMethod, Field, FixedMethod, Span } from "../../ode/index.js";
import { planMesh } from "../../ode/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import { isBroken, Random, type Tensor, toFloat64, unlessItBreaks } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";
import { isHyper } from "../correction/hyper.js";
import { fingerprintOf } from "../files/fingerprint.js";
import { isCorrected } from "../learned/corrected-method.js";
import { stateErrors } from "../measure/measure.js";
import { solvableSamples } from "../measure/solvable-samples.js";
import { mapSamples, type Samples } from "../states/states.js";
import { calibrateErrors, type ErrorCalibration, samplesNeeded } from "./calibration.js";
import type { ErrorPredictor } from "./error-predictor.js";
import { FEWEST_TO_LEARN, learnPredictor, sixDigits } from "./learn-predictor.js";
import { compileEnds } from "./scored-solve.js";
import { GUARANTEE, type SolveCalibration, scoringOf } from "./solve-calibration.js";
import { witnessesOf } from "./witness-check.js";

/** Coverages that files have bounds for, where there are samples enough. */
const COVERAGES = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99];

/** At most so many bins of scores, each of at least so many calibration samples on average. */
const BINS = { most: 16, samples: 100 };

/** Quantiles that files keep, less one. */
const PARTS = { scores: 64, traits: 32 };

/** What bounds are calibrated on. No sample may be in both, nor have decided what is calibrated. */
export interface CalibrationSamples {
  /** A predictor learns from their errors, and quantiles of its predictions are the edges between bins. */
  readonly edges: Samples;
  /** Their errors make the bounds. */
  readonly errors: Samples;
}

/** Options of a calibration. */
export interface CalibrateOptions extends CompileOptions {
  /** Initializes the predictor. Default: seed 0. */
  readonly random?: Random | undefined;
}

/** What is calibrated. */
interface CalibratedSolve {
  readonly field: Field;
  readonly method: FixedMethod;
  readonly span: Span;
  readonly reference: AdaptiveMethod;
  readonly options: CompileOptions;
}

/**
 * Bounds of the errors of a solve in fixed steps, by split conformal prediction in bins of scores (`calibrateErrors`). Scores
 * are errors predicted by a small network, which learns from 200 samples or more and costs at most a tenth of the solve; else
 * what corrections added; else there is one bound for all.
 * @param reference what errors are measured against.
 * @returns undefined where there are too few samples for a coverage of even a half.
 * @throws NON_FINITE when the reference can solve no sample.
 */
export async function calibrateSolve(
  field: Field,
  method: FixedMethod,
  span: Span,
  { edges: apart, errors: measured }: CalibrationSamples,
  reference: AdaptiveMethod,
  { random = new Random(0), ...options }: CalibrateOptions = {},
): Promise<SolveCalibration | undefined> {
  const subject = { field, method, span, reference, options };
  const predictor = await predictorFor(subject, apart, random);
  const score =
    predictor !== undefined ? "predicted" : isHyper(method) || isCorrected(method) ? "own" : "none";
  const solve = await compileEnds(field, method, span, scoringOf({ score, predictor }), options);
  try {
    const { samples, ends } = await solvableSamples(field, span, measured, reference, options);
    const { end, scores: all, traits } = await solve.run(samples.z0, samples.controls);
    const { samples: distances } = stateErrors(end, ends);
    // A sample that broke is known by its score, NaN: bounds are for the others.
    const rows = [...all.keys()].filter((row) => Number.isFinite(all[row]));
    const scores = rows.map((row) => all[row] ?? 0);
    const errors = rows.map((row) => distances[row] ?? 0);
    const bins = Math.max(1, Math.min(BINS.most, Math.floor(rows.length / BINS.samples)));
    const edges = score === "none" ? [] : edgesOf((await solve.run(apart.z0, apart.controls)).scores, bins);
    const levels = levelsOf(scores, errors, edges);
    if (levels.length === 0) return undefined;
    const kept = mapSamples(samples, (value) => pickRows(value, rows));
    return {
      method: method.name,
      steps: planMesh(method.grid, { span }).mesh.length - 1,
      span: [span[0], span[1]],
      fingerprint: fingerprintOf(field),
      samples: rows.length,
      reference: reference.text,
      score,
      predictor,
      scores: score === "none" ? [] : quantiles(sorted(scores), PARTS.scores).map(sixDigits),
      traits: traits === undefined ? undefined : columnQuantiles(pickRows(traits, rows)),
      witnesses: witnessesOf(kept, pickRows(ends, rows), errors),
      levels,
      guarantee: GUARANTEE,
    };
  } finally {
    await solve.dispose();
  }
}

/** Undefined where there is too little to learn from. */
async function predictorFor(
  { field, method, span, reference, options }: CalibratedSolve,
  apart: Samples,
  random: Random,
): Promise<ErrorPredictor | undefined> {
  if ((apart.z0.shape[0] ?? 0) < FEWEST_TO_LEARN) return undefined;
  const solve = await compileEnds(field, method, span, "traits", options);
  try {
    const solved = await unlessItBreaks(solvableSamples(field, span, apart, reference, options));
    if (isBroken(solved)) return undefined;
    const { samples, ends } = solved;
    const { end, traits } = await solve.run(samples.z0, samples.controls);
    if (traits === undefined) return undefined;
    const steps = planMesh(method.grid, { span }).mesh.length - 1;
    const { macs } = method.scheme(field).cost(steps);
    return await learnPredictor(traits, stateErrors(end, ends).samples, macs, random, options);
  } finally {
    await solve.dispose();
  }
}

const sorted = (values: ArrayLike<number>): number[] =>
  Array.from(values)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);

/** Quantiles of increasing values: those of 0, 1/parts, …, 1. */
const quantiles = (values: readonly number[], parts: number): number[] =>
  Array.from({ length: parts + 1 }, (_, i) => values[Math.round((i / parts) * (values.length - 1))] ?? 0);

function columnQuantiles(traits: Tensor): number[][] {
  const [, width = 0] = traits.shape;
  const values = toFloat64(traits);
  return Array.from({ length: width }, (_, j) =>
    quantiles(sorted(values.filter((_value, i) => i % width === j)), PARTS.traits).map(sixDigits),
  );
}

/** Scores that divide samples into bins of as many each; equal ones once. */
function edgesOf(scores: ArrayLike<number>, bins: number): number[] {
  const values = sorted(scores);
  if (values.length === 0) return [];
  return [...new Set(quantiles(values, bins).slice(1, -1))];
}

/** Bounds for every coverage that there are samples enough for, with as many of the bins. */
const levelsOf = (
  scores: readonly number[],
  errors: readonly number[],
  edges: readonly number[],
): ErrorCalibration[] =>
  COVERAGES.filter((coverage) => errors.length >= samplesNeeded(coverage)).map((coverage) =>
    calibrateErrors(scores, errors, { coverage, edges: merged(scores, edges, samplesNeeded(coverage)) }),
  );

/** Without edges below which, down to the next, there are too few samples. */
function merged(scores: readonly number[], edges: readonly number[], fewest: number): number[] {
  const kept: number[] = [];
  const between = (low: number, high: number): number =>
    scores.filter((score) => score >= low && score < high).length;
  for (const edge of edges)
    if (between(kept.at(-1) ?? Number.NEGATIVE_INFINITY, edge) >= fewest) kept.push(edge);
  while (kept.length > 0 && between(kept.at(-1) ?? 0, Number.POSITIVE_INFINITY) < fewest) kept.pop();
  return kept;
}
