import {
  type AdaptiveMethod,
  compileSolve,
  type Field,
  type Method,
  orThrow,
  type Span,
} from "../../ode/index.js";
import type { FieldStatistics } from "../../ode/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import { rows, sizeOf, type Tensor, toFloat64 } from "../../tensor/index.js";
import { compileReference, looserTolerance, MEASURING, referenceAt } from "../reference/reference.js";
import { mapSamples, type Samples } from "../states/states.js";
import { hasImageStates } from "../states/subject.js";

/** Distances of approximate states to reference states. */
export interface StateErrors {
  /** Mean over samples of the Euclidean distance. */
  readonly mean: number;
  readonly median: number;
  /** Not exceeded by 95 % of the samples. */
  readonly quantile95: number;
  /** Mean distance over mean Euclidean norm of the reference. */
  readonly relative: number;
  readonly largest: number;
  /** Euclidean distance of every sample. */
  readonly samples: Float64Array;
}

/** Compares states [n, …] sample by sample. */
export function stateErrors(approximate: Tensor, reference: Tensor): StateErrors {
  const width = sizeOf(reference.shape.slice(1));
  const [a, b] = [toFloat64(approximate), toFloat64(reference)];
  const count = reference.shape[0] ?? 0;
  const samples = new Float64Array(count);
  let size = 0;
  for (let i = 0; i < count; i++) {
    const [from, to] = [i * width, (i + 1) * width];
    samples[i] = distance(a, b, from, to);
    size += distance(b, new Float64Array(), from, to);
  }
  const sorted = Float64Array.from(samples).sort();
  const total = samples.reduce((sum, error) => sum + error, 0);
  return {
    mean: total / count,
    median: sorted[Math.floor(count / 2)] ?? Number.NaN,
    quantile95: sorted[Math.ceil(0.95 * count) - 1] ?? Number.NaN,
    relative: total / size,
    largest: sorted.at(-1) ?? Number.NaN,
    samples,
  };
}

/** Euclidean distance of two pieces; elements that `b` lacks are zero. */
function distance(a: Float64Array, b: Float64Array, from: number, to: number): number {
  let square = 0;
  for (let i = from; i < to; i++) square += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.sqrt(square);
}

/**
 * What methods are compared with: dopri5 at 1e-8 in float64 for vectors; at 1e-6 in float32 for images, where float64
 * convolutions take minutes. `referenceNoise` tells what that leaves.
 * @param tolerance another one than that.
 */
export const measuringReference = (field: Field, tolerance?: number): AdaptiveMethod => {
  if (tolerance !== undefined) return referenceAt(tolerance);
  return hasImageStates(field) ? referenceAt(1e-6) : MEASURING;
};

/** Samples on which the noise of a reference is measured. */
const NOISE_SAMPLES = 4;

/**
 * How far a reference is off at the end of a span, relative: its distance to dopri5 at 1e-8 in float64 on the first few
 * samples, over their norm. An error measured against it means nothing below this.
 */
export async function referenceNoise(
  field: Field,
  span: Span,
  samples: Samples,
  reference: AdaptiveMethod,
  options: CompileOptions = {},
): Promise<number> {
  if (looserTolerance(reference) <= MEASURING.rtol) return 0;
  const few = mapSamples(samples, (value) => rows(value, 0, Math.min(NOISE_SAMPLES, value.shape[0] ?? 0)));
  const ends = await referenceEnds(field, span, few, reference, options);
  return stateErrors(ends, await referenceEnds(field, span, few, MEASURING, options)).relative;
}

/** Reference states at the end of a span; the tightest by default. */
export async function referenceEnds(
  field: Field,
  span: Span,
  samples: Samples,
  method: AdaptiveMethod = MEASURING,
  options: CompileOptions = {},
): Promise<Tensor> {
  const reference = await compileReference(field, method, options);
  try {
    const states = await reference.states(samples.z0, span, samples.controls);
    return states.at(-1) as Tensor;
  } finally {
    await reference.dispose();
  }
}

/** What a solve gives and costs. */
interface FixedMeasurement {
  readonly end: Tensor;
  readonly errors: StateErrors;
  readonly statistics: FieldStatistics;
}

/**
 * Solves by a method and compares the end with the reference.
 * @throws NON_FINITE, STEP_LIMIT or STEP_UNDERFLOW when the method breaks.
 */
export async function measureMethod(
  field: Field,
  method: Method,
  span: Span,
  samples: Samples,
  reference: Tensor,
  options: CompileOptions = {},
): Promise<FixedMeasurement> {
  const solve = await compileSolve(field, { ...options, span, method });
  try {
    const solution = orThrow(await solve.run(samples.z0, samples.controls));
    const end = solution.states.at(-1) as Tensor;
    const { statistics } = solution as Awaited<ReturnType<typeof solve.run>>;
    return { end, errors: stateErrors(end, reference), statistics };
  } finally {
    await solve.dispose();
  }
}
