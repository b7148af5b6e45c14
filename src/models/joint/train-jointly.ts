import type { Correction } from "../../hypersolver/index.js";
import { fingerprintOf, firstCorrection } from "../../hypersolver/internal.js";
import type { Field, Tolerances } from "../../ode/index.js";
import { resolveMethod } from "../../ode/internal.js";
import type { Checkpoint } from "../../optim/index.js";
import { type CurvePoint, runTraining, type TrainingOutcome } from "../../optim/internal.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { completeSpec } from "../../spec/index.js";
import { fail } from "../../tensor/index.js";
import { prefixed, withPrefix } from "../../tensor/internal.js";
import { scheduleOf } from "../flow/training-phase.js";
import { type JointSpec, jointTable } from "./joint-table.js";
import { CORRECTION, compileJointTrainer, type IterationWatcher, type JointPlan } from "./joint-trainer.js";
import { checkTask, type SolvedTask, taskParameters } from "./solved-task.js";
import { among } from "./task-gradient.js";

/** What a joint training is given that is no plain data. */
export interface JointInputs {
  /** Where to go on, as `onCheckpoint` gave it: the values are the same, bit by bit, as without the break. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Called after every validation, and at an early end. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => Promise<void> | void) | undefined;
  /** Is shown every iteration whose update was taken, and waited for: to measure along a training, or to let more followers follow. */
  readonly onIteration?: IterationWatcher | undefined;
}

/** How a joint training ended. */
export interface JointTraining extends Pick<TrainingOutcome, "status" | "iterations" | "seconds"> {
  /** The values of the task that did best in validation, by name: the field's, and those beside it. */
  readonly parameters: NamedTensors;
  /** The field with its values. */
  readonly field: Field;
  /** g as it was then; absent without hypersolver. */
  readonly correction: Correction | undefined;
  /** What validation found then. */
  readonly metrics: Readonly<Record<string, number>>;
  /**
   * Means over the iterations between validations: `nfe`, `backwardNfe`, `referenceNfe` (evaluations of f a row of the whole
   * mini-batch), `milliseconds` of an iteration, relative `error` of the hypersolver, share of iterations by the
   * `hypersolver`; metrics of the task; and what validation found at the end.
   */
  readonly curve: readonly CurvePoint[];
}

const TOLERANCES: Tolerances = { rtol: 1e-4, atol: 1e-4 };

/**
 * Trains a field for a task while a hypersolver for it learns alongside, and lets the hypersolver solve the task when it is
 * good enough (Poli et al., 2020, section 6).
 * @param spec iterations, who drives, the hypersolver, as plain data: `jointTable` has the options.
 * @throws INVALID_ARGUMENT for options or a task that make no sense, or a checkpoint of another training; NON_FINITE when the
 *   loss stays broken or no validation succeeded.
 */
export async function trainJointly(
  task: SolvedTask,
  spec: JointSpec,
  inputs: JointInputs = {},
  context: RunContext = {},
): Promise<JointTraining> {
  checkTask(task);
  const plan = planOf(spec);
  const initial = firstValues(task, plan);
  const loop = {
    what: "training",
    advice: "lower the learning rate, or take more steps",
    settings: settingsOf(task, plan),
    spacing: { points: plan.validations, validations: plan.validations, each: "run" as const },
    checkpoint: inputs.checkpoint,
    onCheckpoint: inputs.onCheckpoint,
  };
  const phase = {
    name: "joint",
    stage: "training",
    iterations: plan.iterations,
    learningRate: scheduleOf(plan),
    start: () => compileJointTrainer(task, plan, inputs.onIteration, context),
  };
  const validate = (values: NamedTensors) => task.validate(among(values, taskParameters(task)));
  const { best, curve, ...outcome } = await runTraining(
    { initial: initial.values, phases: [phase], validate },
    loop,
    context,
  );
  if (best === undefined) throw neverValidated(outcome.iterations);
  const parameters = among(best.values, taskParameters(task));
  const { correction } = initial;
  return {
    ...outcome,
    parameters,
    field: { ...task.field, parameters: among(parameters, task.field.parameters) },
    correction: correction && { ...correction, parameters: withPrefix(best.values, CORRECTION) },
    metrics: best.metrics,
    curve,
  };
}

function planOf(spec: JointSpec): JointPlan {
  const complete = completeSpec(jointTable, spec);
  if (complete.drive !== "solver" && complete.hypersolver === undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "hypersolver",
      expected: `one, since drive is ${complete.drive}`,
      received: "none",
      help: "say hypersolver: { steps: 2 }, or drive: solver",
    });
  return { ...complete, solver: resolveMethod(complete.solver, TOLERANCES) };
}

/** Values before training, g's among them. */
function firstValues(task: SolvedTask, { hypersolver, seed }: JointPlan) {
  const correction = hypersolver && firstCorrection(task.field, { ...hypersolver, span: task.span, seed });
  return {
    correction,
    values: { ...taskParameters(task), ...prefixed(correction?.parameters ?? {}, CORRECTION) },
  };
}

const settingsOf = (task: SolvedTask, { solver, ...plan }: JointPlan): string =>
  JSON.stringify({
    ...plan,
    solver: solver.text,
    task: task.description,
    field: fingerprintOf(task.field),
    span: task.span,
  });

const neverValidated = (iterations: number): Error =>
  fail("NON_FINITE", {
    what: `training, ${iterations} iterations`,
    expected: "values that validation can solve",
    received: "none at any validation",
    help: "train longer, lower the learning rate, or take more steps",
  });
