import { stateErrors } from "../../hypersolver/index.js";
import {
  hasImageStates,
  measuringReference,
  peakSignalToNoise,
  referenceEnds,
  type Samples,
} from "../../hypersolver/internal.js";
import type { AdaptiveMethod, Field, Span } from "../../ode/index.js";
import { jumpWarning, knownTableau, stiffWarning } from "../../ode/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type Broken, isBroken, type Tensor } from "../../tensor/index.js";
import {
  type Competitor,
  type MethodLabels,
  type SolveCase,
  type SolveContestant,
  settingOf,
  solveContestant,
} from "../kit/competitor.js";
import { type Costs, contest } from "../kit/contest.js";

/** One way to solve, measured on all samples. */
export interface MeasuredRow extends MethodLabels, Costs {
  /** Median wall-clock time of one solve of all samples. */
  readonly milliseconds: number;
  /** Mean Euclidean distance to the reference. */
  readonly error: number;
  /** Distance that half of the samples do not exceed. Absent in results of earlier versions. */
  readonly median?: number;
  /** Distance that 95 % of the samples do not exceed. */
  readonly quantile95: number;
  /** The mean distance over the mean norm of the reference. */
  readonly relative: number;
  /** Of image states: peak signal-to-noise ratio in decibels, where the peak is the range of the reference. */
  readonly psnr?: number | undefined;
}

/** The row of a method; of one that broke on a sample, why. */
export type ComparisonRow = MeasuredRow | (MethodLabels & Broken);

/** Those that have numbers. */
export const measuredRows = (rows: readonly ComparisonRow[]): MeasuredRow[] =>
  rows.flatMap((row) => (isBroken(row) ? [] : [row]));

/** A warning where step control met a stiff field. */
export function stiffnessNote(rows: readonly ComparisonRow[]): string | undefined {
  const stiff = measuredRows(rows).find((row) => row.stiff === true);
  return stiff && stiffWarning(`${stiff.method} (${settingOf(stiff)})`);
}

/** A warning where the reference met jumps of the field. */
export const measuringWarning = (
  field: Field,
  { text }: AdaptiveMethod,
  jumps: number | undefined,
): string | undefined =>
  jumps === undefined ? undefined : jumpWarning(field, `the reference ${text}`, jumps, LOOSER_REFERENCE);

const LOOSER_REFERENCE =
  "--measuring-tolerance 1e-4 measures in a fraction of the time, and fits also take --reference-tolerance 1e-4; tighter tolerances hardly change the errors there";

/** What is compared on which states. */
export interface ComparisonRequest {
  readonly field: Field;
  /** See `standardCompetitors`, and `competitorsOf` for methods of one's own choice. */
  readonly methods: readonly Competitor[];
  readonly span: Span;
  readonly samples: Samples;
  /** Reference ends of the samples, when already solved. */
  readonly reference?: Tensor;
  /** How to solve them otherwise. Default: `measuringReference`. */
  readonly measuring?: AdaptiveMethod;
  /** Timed runs of each solve. Default 3. */
  readonly repetitions?: number;
}

/** The title of the hypersolver on a base of this name. */
export const hyperTitle = (base: string): string =>
  `Hyper${(knownTableau(base)?.title ?? base).replace(/^./, (letter) => letter.toUpperCase())}`;

interface ComparedCase extends SolveCase {
  readonly end: Tensor;
}

/**
 * Measures every method on the same states: error against cost, in three currencies.
 * @throws INTERRUPTED at a signal.
 */
export async function compareMethods(
  request: ComparisonRequest,
  context: RunContext = {},
): Promise<ComparisonRow[]> {
  const { field, methods, span, samples, repetitions = 3, measuring = measuringReference(field) } = request;
  const end = request.reference ?? (await referenceEnds(field, span, samples, measuring, machineOf(context)));
  const contestants = methods.map((competitor) =>
    solveContestant(competitor, { field, span, context }, (state: Tensor) => state),
  );
  const measures = {
    error: (state: Tensor, of: ComparedCase) => stateErrors(state, of.end).mean,
    median: (state: Tensor, of: ComparedCase) => stateErrors(state, of.end).median,
    quantile95: (state: Tensor, of: ComparedCase) => stateErrors(state, of.end).quantile95,
    relative: (state: Tensor, of: ComparedCase) => stateErrors(state, of.end).relative,
    psnr: (state: Tensor, of: ComparedCase) => peakSignalToNoise(state, of.end),
  };
  const entries = await contest<
    SolveContestant<ComparedCase, Tensor>,
    ComparedCase,
    Tensor,
    keyof typeof measures
  >({ contestants, cases: [{ ...samples, end }], measures, repetitions, turns: false }, context);
  return entries.map(({ contestant: { labels }, scores }) => {
    if (isBroken(scores)) return { ...labels, ...scores };
    const { nfe, gCalls, macs, stiff, milliseconds, values } = scores;
    const [error = 0] = values.error;
    const [quantile95 = 0] = values.quantile95;
    const [relative = 0] = values.relative;
    const [median = 0] = values.median;
    const psnr = hasImageStates(field) ? values.psnr[0] : undefined;
    const costs = { nfe, gCalls, macs, ...(stiff && { stiff }), milliseconds };
    return { ...labels, ...costs, error, median, quantile95, relative, ...(psnr !== undefined && { psnr }) };
  });
}
