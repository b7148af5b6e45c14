import { restoredPoints } from "../../../src/data/index.js";
import type { LearnedKind } from "../../../src/experiments/index.js";
import { stateErrors } from "../../../src/hypersolver/index.js";
import { mapSamples, referenceEnds, type Samples } from "../../../src/hypersolver/internal.js";
import {
  adaptive,
  compileSolve,
  dopri5,
  type FixedMethod,
  type Method,
  orThrow,
} from "../../../src/ode/index.js";
import { resolveMethod } from "../../../src/ode/internal.js";
import type { RunContext } from "../../../src/runtime/index.js";
import { machineOf } from "../../../src/runtime/internal.js";
import { Random, rows, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import type { JobContext } from "./job-context.js";
import { runContext } from "./runtime.js";
import { type Room, type Subject, subjectOf } from "./subjects.js";

/** A method of the page: its spelling, or what was learned in so many steps. */
export type Choice =
  | { readonly kind: "spelled"; readonly text: string }
  | { readonly kind: "learned"; readonly learned: LearnedKind; readonly steps?: number | undefined };

/** What a solve gives, and costs. */
export interface Cloud {
  readonly title: string;
  readonly text: string;
  /** Of fixed steps. */
  readonly steps: number | undefined;
  /** The first two columns of every end, pair by pair, in units of the data. */
  readonly points: Float32Array;
  readonly nfe: number;
  readonly gCalls: number;
  readonly macs: number;
  readonly milliseconds: number;
  /** Mean Euclidean distance to the reference. */
  readonly error: number;
}

/** States that a page shows. */
const SHOWN = 600;
/** What errors here are measured against: tight enough for pictures, and quick in WebAssembly. */
export const reference = adaptive(dopri5, { rtol: 1e-6, atol: 1e-6 });

/** The states that a subject is shown on, with their reference ends, solved once. */
export async function shownOf(
  subject: Subject,
  context: RunContext,
): Promise<{ readonly samples: Samples; readonly ends: Tensor }> {
  if (subject.shown !== undefined) return subject.shown;
  const drawn = await subject.states.heldOut(SHOWN, new Random(7));
  const count = Math.min(SHOWN, drawn.z0.shape[0] ?? 0);
  const samples = mapSamples(drawn, (value) => rows(value, 0, count));
  const ends = await referenceEnds(subject.field, subject.span, samples, reference, machineOf(context));
  subject.shown = { samples, ends };
  return subject.shown;
}

export function methodOf(subject: Subject, choice: Choice): Method {
  if (choice.kind === "spelled") return resolveMethod(choice.text);
  const learned = subject.learned.get(choice.learned);
  if (learned === undefined) throw new Error("Nothing of this kind was learned yet.");
  const { steps } = choice;
  const isFree = choice.learned === "correction" && steps !== undefined;
  return isFree ? learned.method.withGrid({ steps }) : learned.method;
}

/** Solves the shown states by a method. */
export async function cloudOf(subject: Subject, method: Method, context: RunContext): Promise<Cloud> {
  const { samples: shown, ends } = await shownOf(subject, context);
  const { field, span } = subject;
  const compiled = await compileSolve(field, { ...machineOf(context), method, span });
  try {
    // The first run also warms caches and memory up.
    await compiled.run(shown.z0, shown.controls);
    const solution = await compiled.run(shown.z0, shown.controls);
    const end = orThrow(solution).states.at(-1) as Tensor;
    const { nfe, gCalls, macs, milliseconds } = solution.statistics;
    const { title, text } = method;
    const error = stateErrors(end, ends).mean;
    const steps = method.kind === "fixed" && "steps" in method.grid ? method.grid.steps : undefined;
    return { title, text, steps, points: planeOf(subject, end), nfe, gCalls, macs, milliseconds, error };
  } finally {
    await compiled.dispose();
  }
}

/** The first two numbers of every state, as they are shown. */
export function planeOf({ standardization }: Subject, states: Tensor): Float32Array {
  const shown = standardization === undefined ? states : restoredPoints(states, standardization);
  const values = toFloat64(shown);
  const [count = 0] = states.shape;
  const width = values.length / Math.max(1, count);
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    points[2 * i] = values[i * width] ?? 0;
    points[2 * i + 1] = width > 1 ? (values[i * width + 1] ?? 0) : 0;
  }
  return points;
}

/** The ends of the shown states by several methods, one news each. */
export async function samples(
  { room, choices }: { readonly room: Room; readonly choices: readonly Choice[] },
  { tell, signal }: JobContext<{ readonly index: number; readonly cloud: Cloud }>,
): Promise<void> {
  const context = await runContext({ signal });
  const subject = subjectOf(room);
  for (const [index, choice] of choices.entries()) {
    if (signal.aborted) return;
    tell({ index, cloud: await cloudOf(subject, methodOf(subject, choice), context) });
  }
}

/** A fixed method of a subject in one file. */
export function exportable(subject: Subject, choice: Choice): FixedMethod {
  const method = methodOf(subject, choice);
  if (method.kind === "fixed") return method;
  throw new Error("Only a method in fixed steps becomes one file.");
}
