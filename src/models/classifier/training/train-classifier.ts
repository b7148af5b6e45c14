import {
  type ImageBatch,
  type ImageBatches,
  type ImageSet,
  imageBatches,
  normalizations,
} from "../../../data/index.js";
import { runTraining, type Trainer } from "../../../optim/internal.js";
import type { RunContext } from "../../../runtime/index.js";
import { machineOf } from "../../../runtime/internal.js";
import { fail, Random } from "../../../tensor/index.js";
import { type Classifier, classifierOf, newClassifier } from "../classifier.js";
import { compileTrainer } from "./choose-trainer.js";
import { type ClassifierPoint, classifierPoint } from "./classifier-point.js";
import type { ClassifierTrainer } from "./classifier-trainer.js";
import { splitImages } from "./split-images.js";
import type { ClassifierTrainingInputs } from "./training-inputs.js";
import { type TrainingPlan, trainingPlan } from "./training-plan.js";
import type { ClassifierTrainingSpec } from "./training-table.js";
import { verdictOf } from "./validate.js";

/** How the training of a classifier ended. */
export interface TrainedClassifier {
  /** With the values that did best on validation images: by accuracy, of equal ones by cross-entropy. */
  readonly classifier: Classifier;
  readonly status: "complete" | "interrupted";
  readonly iterations: number;
  readonly curve: readonly ClassifierPoint[];
  readonly validationAccuracy: number;
  readonly validationLoss: number;
  /** Over all sessions, up to the checkpoints that they went on from. */
  readonly seconds: number;
}

const CURVE_POINTS = 200;

/**
 * Trains a Neural ODE classifier by cross-entropy, validates as it goes, and keeps the values that did best.
 * @param data labeled images.
 * @param spec architecture, iterations, solver, as plain data: `classifierTrainingTable` has the options.
 * @throws INVALID_ARGUMENT that names an option, or for labels without class; SHAPE_MISMATCH for other images;
 *   NON_FINITE when the loss stays broken, solves that break down included, or no validation could be solved.
 */
export async function trainClassifier(
  data: ImageSet,
  spec: ClassifierTrainingSpec,
  inputs: ClassifierTrainingInputs = {},
  context: RunContext = {},
): Promise<TrainedClassifier> {
  const plan = trainingPlan(data, spec, inputs);
  const { architecture, iterations, seed, settings, validations, rate: learningRate } = plan;
  const machine = machineOf(context);
  const first = firstValues(plan, inputs);
  const { training, validation } = splitImages(data, plan, inputs);
  const batches = imageBatches(training, batchOptions(plan), new Random(seed).fork("batches"));
  const start = async (): Promise<Trainer> =>
    onBatches(await compileTrainer(first, plan, machine), batches, iterations);
  const task = {
    initial: first.state,
    phases: [{ name: "training", stage: "training", iterations, learningRate, start }],
    validate: (state: Classifier["state"]) => verdictOf(plan, state, validation, machine),
  };
  const how = {
    what: "training",
    advice: "lower the learning rate, or take more steps",
    settings,
    spacing: { points: CURVE_POINTS, validations, each: "run" as const },
    checkpoint: inputs.checkpoint,
    onCheckpoint: inputs.onCheckpoint,
  };
  const { best, curve, ...outcome } = await runTraining(task, how, withImagePace(context, plan.batch));
  if (best === undefined) throw neverValidated();
  const { validationAccuracy = Number.NaN, validationLoss = Number.NaN } = best.metrics;
  return {
    ...outcome,
    classifier: classifierOf(architecture, best.values),
    validationAccuracy,
    validationLoss,
    curve: curve.map((point) => classifierPoint(point, batches.perEpoch)),
  };
}

const batchOptions = ({ architecture, augmentation, batch }: TrainingPlan) => ({
  batch,
  normalization: normalizations[architecture.normalization],
  augmentation: augmentation ?? undefined,
});

const firstValues = ({ architecture, seed }: TrainingPlan, { from }: ClassifierTrainingInputs): Classifier =>
  from === undefined
    ? newClassifier(architecture, new Random(seed).fork("values"))
    : classifierOf(architecture, from.state);

/** Feeds a trainer. In a worker thread the next mini-batch is made while the step is under way. */
function onBatches(trainer: ClassifierTrainer, batches: ImageBatches, iterations: number): Trainer {
  let next: { readonly iteration: number; readonly batch: ImageBatch } | undefined;
  return {
    step: async (iteration, learningRate) => {
      const batch = next?.iteration === iteration ? next.batch : batches.at(iteration);
      const stepping = trainer.step(batch, learningRate);
      const after = iteration + 1;
      next = after < iterations ? { iteration: after, batch: batches.at(after) } : undefined;
      const { accuracy, nfe, backwardNfe, gradientNorm: _, ...step } = await stepping;
      return { ...step, metrics: { accuracy, nfe, backwardNfe } };
    },
    values: () => trainer.values(),
    state: () => trainer.state(),
    restore: (state) => trainer.restore(state),
    dispose: () => trainer.dispose(),
  };
}

/** Progress in images a second, which is what people compare. */
function withImagePace({ onProgress, ...context }: RunContext, batch: number): RunContext {
  if (onProgress === undefined) return context;
  return {
    ...context,
    onProgress: (event) => {
      const { iterationsPerSecond = Number.NaN, ...metrics } = event.metrics ?? {};
      onProgress({ ...event, metrics: { ...metrics, imagesPerSecond: iterationsPerSecond * batch } });
    },
  };
}

function neverValidated(): Error {
  return fail("NON_FINITE", {
    what: "training",
    expected: "values whose classifier can be solved on the validation images",
    received: "none at any validation",
    help: "lower the learning rate, or take more steps",
  });
}
