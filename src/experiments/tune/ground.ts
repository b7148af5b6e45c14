import { type FitInputs, stateErrors } from "../../hypersolver/index.js";
import {
  type DroppedSamples,
  type EndMemory,
  mapSamples,
  measuringReference,
  type Samples,
  SOLVING_REFERENCES,
  solvableSamples,
  subjectOf,
} from "../../hypersolver/internal.js";
import type { AdaptiveMethod, Field, Span } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { clockOf, machineOf } from "../../runtime/internal.js";
import { completeSpec } from "../../spec/index.js";
import { fail, Random, type Tensor, tensor } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";
import { measuringWarning } from "../fit/comparison.js";
import { LONGEST_TIMER } from "./deadline.js";
import { type EffectiveTune, type TuneSpec, tuneTable } from "./tune-table.js";

/** States at the start of a span with what the reference makes of them. */
export interface MeasuredStates {
  readonly samples: Samples;
  readonly ends: Tensor;
  /** Mean norm of the ends. */
  readonly norm: number;
  readonly dropped: DroppedSamples | undefined;
  /** A sentence where the field jumps. */
  readonly warning: string | undefined;
}

/** What all solvers of a search are measured on. */
export interface TuneGround {
  readonly field: Field;
  readonly spec: EffectiveTune;
  readonly span: Span;
  readonly states: FitInputs["states"];
  /** Solvers are chosen by these. */
  readonly selection: MeasuredStates;
  /** As many states as are solved at once in use: what is timed. */
  readonly batch: Samples;
  readonly reference: AdaptiveMethod;
  /** What fits learn from, solved once for all of them. */
  readonly memory: EndMemory;
}

/** The spec with every choice made. @throws INVALID_ARGUMENT that names the option. */
export function resolveTune(field: Field, spec: TuneSpec): EffectiveTune {
  const complete = completeSpec(tuneTable, spec, subjectOf(field));
  const [t0, t1] = complete.span;
  if (t0 !== t1) return { ...complete, batch: complete.batch ?? complete.samples };
  throw fail("INVALID_ARGUMENT", {
    what: "span",
    expected: "two different numbers",
    received: `${t0}, ${t1}`,
  });
}

/** Solvers are chosen by at most so many states: the interval around their errors is what they have to keep to. */
const MOST_SELECTED = 1000;
/** Seconds, at least, after which a word is said of references that are not solved yet. */
const LATE = 30;

/**
 * Draws the states that solvers are chosen by and solves their references, once for all solvers.
 * @throws NON_FINITE where the reference can solve none of them; INTERRUPTED where the run is to end before they are.
 */
export async function tuneGround(
  field: Field,
  spec: EffectiveTune,
  states: FitInputs["states"],
  context: RunContext,
): Promise<TuneGround> {
  const { span, samples, seed } = spec;
  // Not those by which fits choose: a solver that was lucky there is not lucky here.
  const random = new Random(seed).fork("selection");
  const drawn = await states.validation(Math.min(samples, MOST_SELECTED), random);
  const reference = measuringReference(field, spec.measuringTolerance);
  const site = { field, span, spec, reference };
  const warn = (): void => context.onWarning?.(lateReference(reference));
  const late = setTimeout(warn, Math.min(LONGEST_TIMER, 1000 * Math.max(LATE, spec.seconds)));
  const selection = await measuredStates(site, drawn, context).finally(() => clearTimeout(late));
  const batch = repeatedTo(spec.batch, selection.samples);
  return { field, spec, span, states, selection, batch, reference, memory: new Map() };
}

/**
 * The states that a chosen solver is tested on: nothing is chosen by them.
 * @throws NON_FINITE as `tuneGround`.
 */
export async function testStates(ground: TuneGround, context: RunContext): Promise<MeasuredStates> {
  const { states, spec } = ground;
  return measuredStates(
    ground,
    await states.heldOut(spec.samples, new Random(spec.seed).fork("test")),
    context,
  );
}

async function measuredStates(
  { field, span, spec, reference }: Pick<TuneGround, "field" | "span" | "spec" | "reference">,
  drawn: Samples,
  context: RunContext,
): Promise<MeasuredStates> {
  const total = drawn.z0.shape[0] ?? 0;
  const notify = (done: number): void => context.onProgress?.({ stage: SOLVING_REFERENCES, done, total });
  notify(0);
  const clock = clockOf(context);
  const begun = clock();
  const isLate = (): boolean => clock() - begun > 1000 * spec.seconds;
  const patience = { isLate, signal: context.signal };
  const { samples, ends, dropped, jumps } = await solvableSamples(
    field,
    span,
    drawn,
    reference,
    machineOf(context),
    patience,
  );
  notify(total);
  const warning = measuringWarning(field, reference, jumps);
  return { samples, ends, norm: meanNorm(ends), dropped, warning };
}

const lateReference = ({ text }: AdaptiveMethod): string =>
  `the search begins when references are solved, and ${text} takes long: where the field is stiff or jumps, as with times rounded to integers, its steps are short. --measuring-tolerance 1e-4 makes references faster, and so do fewer --samples`;

function meanNorm(ends: Tensor): number {
  const origin = tensor("float64", ends.shape, new Float64Array(ends.data.length));
  return stateErrors(origin, ends).mean;
}

/** As many rows, each as often as it takes: what is timed may be a larger batch than there are states. */
function repeatedTo(count: number, samples: Samples): Samples {
  const [there = 1] = samples.z0.shape;
  const rows = Uint32Array.from({ length: count }, (_, i) => i % there);
  return mapSamples(samples, (value) => pickRows(value, rows));
}
