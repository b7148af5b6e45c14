import { add, mul, type NamedNodes, type Node } from "../../graph/index.js";
import type { Correction } from "../../hypersolver/index.js";
import {
  type AdversarialPlace,
  adversarialDistance,
  fingerprintOf,
  referencePoints,
} from "../../hypersolver/internal.js";
import type { Field } from "../../ode/index.js";
import { withOpenParameters } from "../../ode/internal.js";
import { adam, type Checkpoint, compileTraining } from "../../optim/index.js";
import {
  type CurvePoint,
  type Player,
  runTraining,
  type TrainingOutcome,
  takingTurns,
} from "../../optim/internal.js";
import type { CompileOptions, NamedTensors, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { completeSpec } from "../../spec/index.js";
import { fail } from "../../tensor/index.js";
import { prefixed, withPrefix } from "../../tensor/internal.js";
import { scheduleOf } from "../flow/training-phase.js";
import { type CompletePenalized, type PenalizedSpec, penalizedTable } from "./penalized-table.js";
import { checkTask, type SolvedTask, taskParameters } from "./solved-task.js";
import { among, controlsAmong, typesOf } from "./task-gradient.js";

/** What a penalized training is given that is no plain data. */
export interface PenalizedInputs {
  /** Where to go on, as `onCheckpoint` gave it. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Called after every validation, and at an early end. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => Promise<void> | void) | undefined;
}

/** How a penalized training ended. */
export interface PenalizedTraining extends Pick<TrainingOutcome, "status" | "iterations" | "seconds"> {
  /** Values of the task at the end, by name: the field's, and those beside it. */
  readonly parameters: NamedTensors;
  /** The field with its values. */
  readonly field: Field;
  /** g as it was then. */
  readonly correction: Correction;
  /** Means between validations: the whole loss; `distance` that λ weighs, loss of g (`correction`), metrics of the task. */
  readonly curve: readonly CurvePoint[];
}

/** Names of the two players, and of the other's values among the inputs of a training program. */
const TASK = "task";
const CORRECTION = "correction";
const OTHERS = "other ";

/**
 * Trains a field for a task with the error of a hypersolver as a penalty: task loss + λ Σ_k ‖z_k − z̄_k‖, so that of all
 * fields that are as good for the task one is found that a hypersolver solves well. g learns the same distance alongside: the
 * game of `fitAdversarial` with both on one side. The values of the end are kept, not those that validated best.
 * @param correction where g begins, such as one that was fitted to the task's first field.
 * @param spec as plain data: `penalizedTable` has the options.
 * @throws INVALID_ARGUMENT for options or a task that make no sense, or a checkpoint of another training; NON_FINITE when the
 *   loss stays broken or no validation succeeded.
 */
export async function trainPenalized(
  task: SolvedTask,
  correction: Correction,
  spec: PenalizedSpec,
  inputs: PenalizedInputs = {},
  context: RunContext = {},
): Promise<PenalizedTraining> {
  checkTask(task);
  const plan = completeSpec(penalizedTable, spec);
  const initial = {
    ...prefixed(taskParameters(task), `${TASK}.`),
    ...prefixed(correction.parameters, `${CORRECTION}.`),
  };
  const phase = {
    name: "penalized",
    stage: "training",
    iterations: plan.iterations,
    learningRate: scheduleOf(plan),
    start: async ({ last }: { readonly last: NamedTensors }) =>
      takingTurns([
        await taskPlayer(task, correction, plan, last, machineOf(context)),
        await correctionPlayer(task, correction, plan, last, machineOf(context)),
      ]),
  };
  const { best, curve, ...outcome } = await runTraining(
    {
      initial,
      phases: [phase],
      validate: (values) => task.validate(withPrefix(values, `${TASK}.`)),
      keeps: "last",
    },
    {
      what: "training",
      advice: "lower the learning rates or the weight of the penalty, or take more reference steps",
      settings: JSON.stringify({ ...plan, task: task.description, field: fingerprintOf(task.field) }),
      spacing: { points: plan.validations, validations: plan.validations, each: "run" },
      ...inputs,
    },
    context,
  );
  if (best === undefined)
    throw fail("NON_FINITE", {
      what: `training, ${outcome.iterations} iterations`,
      expected: "values that validation can solve",
      received: "none at any validation",
    });
  const parameters = withPrefix(best.values, `${TASK}.`);
  return {
    ...outcome,
    parameters,
    field: { ...task.field, parameters: among(parameters, task.field.parameters) },
    correction: { ...correction, parameters: withPrefix(best.values, `${CORRECTION}.`) },
    curve,
  };
}

/** What the loss is a function of: values of the task and of g, beside the mini-batch. */
interface Sides {
  readonly task: NamedNodes;
  readonly correction: NamedNodes;
}

/** The task solved by the reference, and how far the hypersolver is from it. */
export function penalizedLoss(
  task: SolvedTask,
  correction: Correction,
  { weight, steps, referenceSteps }: Pick<CompletePenalized, "weight" | "steps" | "referenceSteps">,
  inputs: NamedNodes,
  sides: Sides,
): { readonly loss: Node; readonly distance: Node; readonly metrics: NamedNodes } {
  const [batch, others] = [among(inputs, task.batch), among(sides.task, task.parameters ?? {})];
  const place: AdversarialPlace = { span: task.span, steps, referenceSteps };
  const open = withOpenParameters(task.field);
  const controls = { ...among(sides.task, task.field.parameters), ...controlsAmong(task, inputs) };
  const nodes = { z0: task.start(batch, others), controls, correction: sides.correction };
  const points = referencePoints(open, nodes, place);
  const distance = adversarialDistance(open, correction, nodes, place, points);
  const { loss, metrics } = task.loss(points.at(-1) as Node, batch, others);
  return { loss: add(loss, mul(distance, weight)), distance, metrics: { ...metrics, distance } };
}

async function taskPlayer(
  task: SolvedTask,
  correction: Correction,
  plan: CompletePenalized,
  values: NamedTensors,
  machine: CompileOptions,
): Promise<Player> {
  const training = await compileTraining(
    {
      parameters: withPrefix(values, `${TASK}.`),
      batch: { ...task.batch, ...prefixed(typesOf(correction.parameters), OTHERS) },
      loss: (own, inputs) => {
        const sides = { task: own, correction: withPrefix(inputs, OTHERS) };
        const { loss, metrics } = penalizedLoss(task, correction, plan, inputs, sides);
        return { loss, metrics };
      },
      optimizer: adam(),
      clipNorm: plan.clipNorm,
    },
    { hot: true, ...machine },
  );
  return {
    name: TASK,
    training,
    batch: (iteration, now) => ({
      ...task.draw(iteration),
      ...prefixed(withPrefix(now, `${CORRECTION}.`), OTHERS),
    }),
  };
}

async function correctionPlayer(
  task: SolvedTask,
  correction: Correction,
  plan: CompletePenalized,
  values: NamedTensors,
  machine: CompileOptions,
): Promise<Player> {
  const training = await compileTraining(
    {
      parameters: withPrefix(values, `${CORRECTION}.`),
      batch: { ...task.batch, ...prefixed(typesOf(taskParameters(task)), OTHERS) },
      loss: (own, inputs) => {
        const sides = { task: withPrefix(inputs, OTHERS), correction: own };
        return penalizedLoss(task, correction, plan, inputs, sides).distance;
      },
      optimizer: adam(),
      clipNorm: plan.clipNorm,
    },
    { hot: true, ...machine },
  );
  return {
    name: CORRECTION,
    training,
    updates: plan.updates,
    rate: plan.correctionRate / plan.learningRate,
    batch: (update, now) => ({
      ...task.draw(Math.floor(update / plan.updates)),
      ...prefixed(withPrefix(now, `${TASK}.`), OTHERS),
    }),
  };
}
