import type { StateSource } from "../../hypersolver/index.js";
import { fingerprintOf, type Samples } from "../../hypersolver/internal.js";
import {
  type CompiledIntegralLoss,
  compileIntegralLoss,
  type Field,
  type IntegralLoss,
} from "../../ode/index.js";
import { adamw, type Checkpoint } from "../../optim/index.js";
import { type CurvePoint, runTraining, type Trainer, type Verdict } from "../../optim/internal.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { completeSpec } from "../../spec/index.js";
import { type Broken, fail, isBroken, Random, unlessItBreaks } from "../../tensor/index.js";
import { scheduleOf } from "../flow/training-phase.js";
import { compileOutsideGradient } from "../outside-gradient.js";
import {
  type CompleteFieldTraining,
  type FieldTrainingSpec,
  fieldTrainingTable,
} from "./field-training-table.js";

/** What the training of a field is given that is no plain data. */
export interface FieldTrainingInputs {
  readonly loss: IntegralLoss;
  /** Initial states at span[0], with the values of controls, those of the loss among them. */
  readonly states: StateSource;
  /** What the loss is, for checkpoints: losses of other descriptions are not gone on with. */
  readonly description: string;
  /** Where to go on, as `onCheckpoint` gave it: the result is the same, bit by bit, as without the break. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Called after every validation, and at an early end. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => Promise<void> | void) | undefined;
}

/** A point of the curve: means over a block of iterations, and what was measured at its end. */
export interface FieldPoint {
  /** Last iteration of the block. */
  readonly iteration: number;
  readonly loss: number;
  /** Evaluations of f of a training solve. */
  readonly nfe?: number | undefined;
  /** Loss on validation states, where it was measured; NaN where it broke. */
  readonly validation?: number | undefined;
}

/** How the training of a field ended. */
export interface TrainedField {
  /** With the parameters that did best on validation states. */
  readonly field: Field;
  readonly status: "complete" | "interrupted";
  readonly iterations: number;
  readonly curve: readonly FieldPoint[];
  /** Validation loss of the parameters that were kept. */
  readonly validationLoss: number;
  /** Over all sessions. */
  readonly seconds: number;
}

const CURVE_POINTS = 200;

/**
 * Trains any field on a loss along its solutions (`compileIntegralLoss`), by AdamW with gradients through the solve,
 * validates as it goes, and keeps the parameters that did best on states that training does not see.
 * @param spec span, effort and solver, as plain data: `fieldTrainingTable` has the options.
 * @throws INVALID_ARGUMENT that names an option, for a field without parameters, or for a checkpoint of another training;
 *   NON_FINITE when the loss breaks or no validation could be solved; as `compileIntegralLoss`.
 * @example
 * const net = sequential([galerkinLinear(2, 32, fourierBasis({ harmonics: 5 })), tanh, linear(32, 2)]);
 * const field = defineField(["batch", 2], (s, z, p) => net.apply(p, z, s), { parameters: initialize(net, random) });
 * const running = ({ s, z }) => reduceSum(square(sub(z, target(s))), [1]);
 * await trainField(field, { iterations: 1000, learningRate: 0.01 },
 *   { loss: { running }, states: normalStates([2]), description: "tracking" });
 */
export async function trainField(
  field: Field,
  spec: FieldTrainingSpec,
  inputs: FieldTrainingInputs,
  context: RunContext = {},
): Promise<TrainedField> {
  const options = completeSpec(fieldTrainingTable, spec);
  requireParameters(field);
  const { loss, states, checkpoint, onCheckpoint, description } = inputs;
  const { span, iterations, seed, validations, solver } = options;
  const how = { ...machineOf(context), hot: true, ...solver, span, signal: context.signal };
  const compiled = await compileIntegralLoss(field, loss, how);
  try {
    const held = await states.validation(options.validation, new Random(seed));
    const phase = {
      name: "training",
      stage: "training",
      iterations,
      learningRate: scheduleOf(options),
      start: ({ last }: { readonly last: NamedTensors }) =>
        fieldTrainer(compiled, last, options, states, context),
    };
    const plan = {
      what: "training",
      advice: "lower the learning rate, or look for states that the field carries to infinity",
      settings: JSON.stringify({
        options,
        description,
        states: states.description,
        field: fingerprintOf(field),
      }),
      spacing: { points: CURVE_POINTS, validations, each: "run" as const },
      checkpoint,
      onCheckpoint,
    };
    const validate = (parameters: NamedTensors): Promise<Verdict> => verdictOf(compiled, parameters, held);
    const task = { initial: field.parameters, phases: [phase], validate, keepsInitial: true };
    const { best, curve, ...outcome } = await runTraining(task, plan, context);
    if (best === undefined) throw neverValidated(outcome.iterations);
    return {
      ...outcome,
      curve: curve.map(fieldPoint),
      validationLoss: best.metrics.validation ?? Number.NaN,
      field: { ...field, parameters: best.values },
    };
  } finally {
    await compiled.dispose();
  }
}

async function fieldTrainer(
  compiled: CompiledIntegralLoss,
  parameters: NamedTensors,
  { batch, seed, weightDecay, clipNorm }: CompleteFieldTraining,
  states: StateSource,
  context: RunContext,
): Promise<Trainer> {
  const optimizer = adamw({ weightDecay });
  const update = await compileOutsideGradient({ parameters, optimizer, clipNorm }, machineOf(context));
  const random = new Random(seed);
  return {
    step: async (iteration, learningRate) => {
      const { z0, controls } = await states.training(batch, random.fork(`batch ${iteration}`));
      const result = await unlessItBreaks(compiled.run(z0, { controls, parameters: update.parameters() }));
      if (isBroken(result)) return untaken(result);
      const { loss, statistics } = result;
      // The optimizer sees the gradient alone, which can be finite where the loss is not.
      if (!Number.isFinite(loss)) return untaken();
      const { taken } = await update.step(result.parameters, learningRate);
      return { loss, taken, metrics: { nfe: statistics.nfe } };
    },
    values: () => update.parameters(),
    state: () => update.state(),
    restore: (state) => update.restore(state),
    dispose: () => update.dispose(),
  };
}

const untaken = (broken?: Broken) => ({
  loss: Number.NaN,
  taken: false,
  ...(broken === undefined ? {} : { broken }),
});

/** The loss on validation states; a field too wild to be solved is not kept. */
async function verdictOf(
  compiled: CompiledIntegralLoss,
  parameters: NamedTensors,
  { z0, controls }: Samples,
): Promise<Verdict> {
  const result = await unlessItBreaks(compiled.run(z0, { controls, parameters }));
  const validation = isBroken(result) ? Number.NaN : result.loss;
  return { score: Number.isFinite(validation) ? [validation] : undefined, metrics: { validation } };
}

const fieldPoint = ({ iteration, loss, metrics, validated }: CurvePoint): FieldPoint => ({
  iteration,
  loss,
  nfe: metrics.nfe,
  validation: validated ? metrics.validation : undefined,
});

function requireParameters({ parameters }: Field): void {
  if (Object.keys(parameters).length > 0) return;
  throw fail("INVALID_ARGUMENT", {
    what: "training",
    expected: "a field with parameters",
    received: "one without",
    help: "give them to defineField: { parameters: initialize(net, random) }",
  });
}

const neverValidated = (iterations: number): Error =>
  fail("NON_FINITE", {
    what: `training, ${iterations} iterations`,
    expected: "a field whose loss on validation states is finite",
    received: "none in any validation",
    help: "start from smaller weights, lower the learning rate, or shorten the span",
  });
