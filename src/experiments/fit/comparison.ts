import { stateErrors } from "../../hypersolver/index.js";
import {
  measuringReference,
  type ReferenceSettings,
  referenceEnds,
  type Samples,
} from "../../hypersolver/internal.js";
import { compileSolve, type Field, fixed, type Span } from "../../ode/index.js";
import { knownTableau } from "../../ode/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";
import { type Competitor, labelsOf, type MethodLabels } from "../kit/competitor.js";

/** One way to solve, measured. */
export interface ComparisonRow extends MethodLabels {
  readonly nfe: number;
  readonly gCalls: number;
  /** Multiply–accumulates a sample, g included. */
  readonly macs: number;
  /** Median wall-clock time of one solve of all samples. */
  readonly milliseconds: number;
  /** Mean Euclidean distance to the reference; infinite where the method broke. */
  readonly error: number;
  /** The same over the mean norm of the reference. */
  readonly relative: number;
}

/** What is compared on which states. */
export interface ComparisonOptions {
  readonly field: Field;
  /** See `standardCompetitors`, and `competitorsOf` for methods of one's own choice. */
  readonly methods: readonly Competitor[];
  readonly span: Span;
  readonly samples: Samples;
  /** Reference ends of the samples, when already solved. */
  readonly reference?: Tensor;
  /** How to solve them otherwise. Default: `measuringReference`. */
  readonly measuring?: ReferenceSettings;
  /** Timed runs of each solve. Default 3. */
  readonly repetitions?: number;
  readonly compile?: CompileOptions;
  readonly onProgress?: (done: number, total: number) => void;
}

/** How a method of this name is written in tables and figures. */
export function methodTitle(name: string): string {
  const tableau = knownTableau(name);
  return tableau === undefined ? name : fixed(tableau, { steps: 1 }).title;
}

/** The title of the hypersolver on a base of this name. */
export const hyperTitle = (base: string): string =>
  `Hyper${(knownTableau(base)?.title ?? base).replace(/^./, (letter) => letter.toUpperCase())}`;

/** Measures every method on the same states: error against cost, in three currencies. */
export async function compareMethods(options: ComparisonOptions): Promise<ComparisonRow[]> {
  const { field, methods, span, samples, onProgress, measuring = measuringReference(field) } = options;
  const reference =
    options.reference ?? (await referenceEnds(field, span, samples, measuring, options.compile));
  const rows: ComparisonRow[] = [];
  for (const competitor of methods) {
    rows.push({ ...labelsOf(competitor), ...(await measured(options, competitor, reference)) });
    onProgress?.(rows.length, methods.length);
  }
  return rows;
}

type Measured = Omit<ComparisonRow, keyof MethodLabels>;

/** Compiles once, compares the end with the reference, then takes the median time of warm runs. */
async function measured(
  { field, span, samples, compile, repetitions = 3 }: ComparisonOptions,
  { method }: Competitor,
  reference: Tensor,
): Promise<Measured> {
  const compiled = await compileSolve(field, { ...compile, span, method });
  try {
    const solution = await compiled.run(samples.z0, samples.controls);
    const { nfe, gCalls, macs } = solution.statistics;
    if (solution.status !== "success") return { nfe, gCalls, macs, ...broken };
    const errors = stateErrors(solution.states.at(-1) as Tensor, reference);
    const times: number[] = [];
    for (let i = 0; i < repetitions; i++)
      times.push((await compiled.run(samples.z0, samples.controls)).statistics.milliseconds);
    const milliseconds = times.sort((a, b) => a - b)[Math.floor(repetitions / 2)] ?? Number.NaN;
    return { nfe, gCalls, macs, milliseconds, error: errors.mean, relative: errors.relative };
  } finally {
    await compiled.dispose();
  }
}

/** What is said of a method that ran into NaN or a limit. */
const broken = {
  milliseconds: Number.NaN,
  error: Number.POSITIVE_INFINITY,
  relative: Number.POSITIVE_INFINITY,
};
