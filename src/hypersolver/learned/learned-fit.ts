import type { AdaptiveMethod, Field, FixedMethod, Span } from "../../ode/index.js";
import { type CurvePoint, runTraining, type TrainingOutcome } from "../../optim/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { Random } from "../../tensor/index.js";
import { fingerprintOf } from "../files/fingerprint.js";
import { watched } from "../fit/better-solvers.js";
import type { FitInputs } from "../fit/fit-settings.js";
import { referenceAt } from "../reference/reference.js";
import { subjectOf } from "../states/subject.js";
import { type EndPairs, endPairs, rememberedPairs } from "./end-pairs.js";
import { compileEndValidation } from "./end-validation.js";
import { coursePhase, type LearnedCourse } from "./learned-course.js";
import type { LearnedForm } from "./learned-form.js";

/** A fitted solver. */
export interface LearnedFit<M extends FixedMethod, S> {
  /** What did best on validation states, the start among them. */
  readonly method: M;
  /** Every choice made: fitted again by it, the same comes out. */
  readonly spec: S;
  readonly reference: AdaptiveMethod;
  /** How many numbers were free. */
  readonly parameters: number;
  readonly status: TrainingOutcome["status"];
  readonly iterations: number;
  /** Iterations left out by early stopping (`patience`). */
  readonly spared: number;
  readonly curve: readonly CurvePoint[];
  /** Validation errors at the end of the span: mean Euclidean, over the mean norm of the reference for images. */
  readonly startError: number;
  readonly bestError: number;
  /** Of this session for references and for computing a start; of all sessions for the rest of the fit. */
  readonly seconds: { readonly reference: number; readonly fit: number };
}

/** Options that every fit through whole solves has. */
interface LearnedSpec {
  readonly span: Span;
  readonly loss: "log" | "distance";
  readonly trajectories: number;
  readonly referenceTolerance: number;
  readonly patience: number;
  readonly seed: number;
}

/** What is learned, and how. */
export interface LearnedTask<M extends FixedMethod, S> {
  readonly form: LearnedForm<M>;
  /** One after another. */
  readonly courses: readonly LearnedCourse[];
  /** Choices that were made by looking at the pairs. */
  readonly chosen?: Partial<S>;
  /** What was computed before training, as text for its checkpoints. */
  readonly prepared?: string;
}

/** States to validate on. */
const VALIDATION_SAMPLES = { vectors: 1024, images: 16 };
const SPACING = { points: 200, validations: 40, each: "phase" } as const;

/** Times the best validation error: at high learning rates a solve of many evaluations can jump out of everything it learned. */
const LOST_AT = 10;

/**
 * Fits a solver through the whole solve, towards reference states at the end.
 * @param plan what is learned; it may look at the pairs that it is learned from. A fit that goes on hands it what the session
 *   before had `prepared`.
 * @throws INVALID_ARGUMENT for a checkpoint of another fit; NON_FINITE when the field or the loss breaks; INTERRUPTED when
 *   there is nothing to keep yet.
 */
export async function fitLearned<M extends FixedMethod, S extends LearnedSpec>(
  field: Field,
  spec: S,
  inputs: FitInputs,
  context: RunContext,
  plan: (pairs: EndPairs, prepared?: string) => LearnedTask<M, S> | Promise<LearnedTask<M, S>>,
): Promise<LearnedFit<M, S>> {
  const { checkpoint, states, memory } = inputs;
  const begun = performance.now();
  const reference = referenceAt(spec.referenceTolerance);
  const random = new Random(spec.seed);
  const samples = VALIDATION_SAMPLES[subjectOf(field)];
  const { span, trajectories } = spec;
  const solved = (part: "training" | "validation", count: number): Promise<EndPairs> =>
    rememberedPairs(memory, { part, count, span, seed: spec.seed, reference: reference.text }, async () =>
      endPairs(field, span, await states[part](count, random), reference, context),
    );
  const pairs = await solved("training", trajectories);
  const held = await solved("validation", samples);
  const seconds = (performance.now() - begun) / 1000;
  const planning = performance.now();
  const { form, courses, chosen, prepared } = await plan(pairs, checkpoint?.prepared);
  const planned = (performance.now() - planning) / 1000;
  const judged = { held, learned: pairs };
  const validation = await compileEndValidation(field, form, span, judged, context);
  try {
    const startError = await validation.error(form.initial);
    const how = {
      what: "fit",
      advice: "lower the learning rate, or check the field on these states",
      settings: identityOf(field, spec, states),
      spacing: SPACING,
      lostAt: LOST_AT,
      patience: spec.patience > 0 ? spec.patience : undefined,
      prepared,
      checkpoint,
      onCheckpoint: watched(inputs, (values) => form.method(values)),
    };
    const isSparing = subjectOf(field) === "images";
    const phases = courses
      .filter(({ iterations }) => iterations > 0)
      .map((course) => ({
        ...coursePhase(field, course, { ...spec, form, pairs }, context),
        ...(isSparing && { validations: affordableValidations(course, 2 * samples) }),
      }));
    const task = {
      initial: form.initial,
      phases,
      validate: validation.verdict,
      keepsInitial: true,
    };
    const { best, seconds: fit, ...outcome } = await runTraining(task, how, context);
    return {
      ...outcome,
      method: form.method(best?.values ?? form.initial),
      spec: { ...spec, ...chosen },
      reference,
      parameters: Object.values(form.initial).reduce((total, { data }) => total + data.length, 0),
      startError,
      bestError: best?.score[0] ?? startError,
      seconds: { reference: seconds, fit: planned + fit },
    };
  } finally {
    await validation.dispose();
  }
}

/** A solve with its gradient costs as much as this many solves. */
const GRADIENT_COST = 3;
/** Validation on images may cost this share of the arithmetic of training; there are at least so many validations. */
const VALIDATING = { share: 0.25, fewest: 8 };

/** How often a phase validates, on so many states: short phases on few images would otherwise spend most of their time on it. */
function affordableValidations({ iterations, batch }: LearnedCourse, states: number): number {
  const affordable = Math.floor((VALIDATING.share * GRADIENT_COST * iterations * batch) / states);
  return Math.min(SPACING.validations, Math.max(VALIDATING.fewest, affordable));
}

/** What decides the outcome, as text. */
function identityOf(field: Field, spec: object, { description }: FitInputs["states"]): string {
  const all = { ...spec, field: fingerprintOf(field), states: description };
  return JSON.stringify(Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))));
}
