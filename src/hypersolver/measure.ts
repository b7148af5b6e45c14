import {
  compileSolve,
  type Field,
  type FieldStatistics,
  orThrow,
  type Span,
  type StepRule,
} from "../ode/index.js";
import type { CompileOptions } from "../runtime/index.js";
import { sizeOf, type Tensor, toFloat64 } from "../tensor/index.js";
import { compileReference, MEASURING, type ReferenceSettings } from "./reference.js";
import type { Samples } from "./states.js";

/** Distances of approximate states to reference states. */
export interface StateErrors {
  /** Mean over samples of the Euclidean distance. */
  readonly mean: number;
  readonly median: number;
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
    const range = [...Array(width).keys()].map((j) => i * width + j);
    samples[i] = Math.hypot(...range.map((j) => (a[j] ?? 0) - (b[j] ?? 0)));
    size += Math.hypot(...range.map((j) => b[j] ?? 0));
  }
  const sorted = Float64Array.from(samples).sort();
  const total = samples.reduce((sum, error) => sum + error, 0);
  return {
    mean: total / count,
    median: sorted[Math.floor(count / 2)] ?? Number.NaN,
    relative: total / size,
    largest: sorted.at(-1) ?? Number.NaN,
    samples,
  };
}

/** Reference states at the end of a span; the tightest settings by default. */
export async function referenceEnds(
  field: Field,
  span: Span,
  samples: Samples,
  settings: ReferenceSettings = MEASURING,
  options: CompileOptions = {},
): Promise<Tensor> {
  const reference = await compileReference(field, settings, options);
  try {
    const states = await reference.states(samples.z0, span, samples.controls);
    return states.at(-1) as Tensor;
  } finally {
    await reference.dispose();
  }
}

/** What a fixed-step solve gives and costs. */
export interface FixedMeasurement {
  readonly end: Tensor;
  readonly errors: StateErrors;
  readonly statistics: FieldStatistics;
}

/** Solves with a rule in K steps and compares the end with the reference. */
export async function measureRule(
  field: Field,
  rule: StepRule,
  span: Span,
  steps: number,
  samples: Samples,
  reference: Tensor,
  options: CompileOptions = {},
): Promise<FixedMeasurement> {
  const solve = await compileSolve(field, { ...options, span, steps, rule });
  try {
    const solution = orThrow(await solve.run(samples.z0, samples.controls));
    const end = solution.states.at(-1) as Tensor;
    const { statistics } = solution as Awaited<ReturnType<typeof solve.run>>;
    return { end, errors: stateErrors(end, reference), statistics };
  } finally {
    await solve.dispose();
  }
}
