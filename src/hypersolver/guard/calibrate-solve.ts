import type { AdaptiveMethod, Field, FixedMethod, Span } from "../../ode/index.js";
import { planMesh } from "../../ode/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import { isHyper } from "../correction/hyper.js";
import { fingerprintOf } from "../files/fingerprint.js";
import { isCorrected } from "../learned/corrected-method.js";
import { stateErrors } from "../measure/measure.js";
import { solvableSamples } from "../measure/solvable-samples.js";
import type { Samples } from "../states/states.js";
import { calibrateErrors, type ErrorCalibration } from "./calibration.js";
import { compileEnds, type ScoreKind } from "./scored-solve.js";
import { GUARANTEE, type SolveCalibration } from "./solve-calibration.js";

/** Coverages that files have bounds for, where there are samples enough. */
const COVERAGES = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99];

/** At most so many bins of scores, each of at least so many calibration samples on average. */
const BINS = { most: 8, samples: 200 };

/** Samples without which a bin has no bound of 0.95: bins are given up before that. */
const FEWEST = 19;

/** Quantiles of scores that files keep, less one. */
const SCORE_PARTS = 64;

/** What bounds are calibrated on. No sample may be in both, nor have decided what is calibrated. */
export interface CalibrationSamples {
  /** Their scores alone decide the edges between bins. */
  readonly edges: Samples;
  /** Their errors make the bounds. */
  readonly errors: Samples;
}

/**
 * Bounds of the errors of a solve in fixed steps, by split conformal prediction in bins of its scores: those of the
 * corrections that it has, one bound for all where it has none (`calibrateErrors`).
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
  options: CompileOptions = {},
): Promise<SolveCalibration | undefined> {
  const score: ScoreKind = isHyper(method) || isCorrected(method) ? "own" : "none";
  const solve = await compileEnds(field, method, span, score, options);
  try {
    const { samples, ends } = await solvableSamples(field, span, measured, reference, options);
    const { end, scores: all } = await solve.run(samples.z0, samples.controls);
    const { samples: distances } = stateErrors(end, ends);
    // A sample that broke is known by its score, NaN: bounds are for the others.
    const rows = [...all.keys()].filter((row) => Number.isFinite(all[row]));
    const scores = rows.map((row) => all[row] ?? 0);
    const errors = rows.map((row) => distances[row] ?? 0);
    const edges =
      score === "none"
        ? []
        : edgesOf((await solve.run(apart.z0, apart.controls)).scores, binsFor(rows.length));
    const levels = levelsOf(scores, errors, edges);
    if (levels.length === 0) return undefined;
    return {
      method: method.name,
      steps: planMesh(method.grid, { span }).mesh.length - 1,
      span: [span[0], span[1]],
      fingerprint: fingerprintOf(field),
      samples: rows.length,
      reference: reference.text,
      score,
      scores: score === "none" ? [] : quantiles(sorted(scores), SCORE_PARTS),
      levels,
      guarantee: GUARANTEE,
    };
  } finally {
    await solve.dispose();
  }
}

const binsFor = (samples: number): number =>
  Math.max(1, Math.min(BINS.most, Math.floor(samples / BINS.samples)));

const sorted = (values: ArrayLike<number>): number[] =>
  Array.from(values)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);

/** Quantiles of increasing values: those of 0, 1/parts, …, 1. */
const quantiles = (values: readonly number[], parts: number): number[] =>
  Array.from({ length: parts + 1 }, (_, i) => values[Math.round((i / parts) * (values.length - 1))] ?? 0);

/** Scores that divide samples into bins of as many each; equal ones once. */
function edgesOf(scores: ArrayLike<number>, bins: number): number[] {
  const values = sorted(scores);
  if (values.length === 0) return [];
  return [...new Set(quantiles(values, bins).slice(1, -1))];
}

/** Bounds for every coverage that all bins have samples enough for. */
function levelsOf(
  scores: readonly number[],
  errors: readonly number[],
  edges: readonly number[],
): ErrorCalibration[] {
  const counts = Array.from({ length: edges.length + 1 }, () => 0);
  for (const score of scores) {
    const bin = edges.filter((edge) => edge <= score).length;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const fewest = Math.min(...counts);
  // Scores that are much the same have no bins.
  if (fewest < FEWEST && edges.length > 0) return levelsOf(scores, errors, []);
  return COVERAGES.filter((coverage) => (fewest + 1) * coverage <= fewest + 1e-9).map((coverage) =>
    calibrateErrors(scores, errors, { coverage, edges }),
  );
}
