import { type ImageBatch, type ImageBatches, imageBatches, normalisations } from "../../../data/index.js";
import { runTraining, type Trainer } from "../../../optim/internal.js";
import type { RunContext } from "../../../runtime/index.js";
import { machineOf } from "../../../runtime/internal.js";
import { fail, Random } from "../../../tensor/index.js";
import { type Classifier, classifierOf, newClassifier } from "../classifier.js";
import { compileTrainer } from "./choose-trainer.js";
import { type ClassifierPoint, classifierPoint } from "./classifier-point.js";
import type { ClassifierTrainer } from "./classifier-trainer.js";
import { splitImages } from "./split-images.js";
import { type ClassifierTrainingOptions, type TrainingPlan, trainingPlan } from "./training-options.js";
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
 * @throws INVALID_ARGUMENT for options that make no sense or labels without class; SHAPE_MISMATCH for other images;
 *   NON_FINITE when the loss stays broken, solves that break down included, or no validation could be solved.
 */
export async function trainClassifier(
  options: ClassifierTrainingOptions,
  context: RunContext = {},
): Promise<TrainedClassifier> {
  const plan = trainingPlan(options);
  const { architecture, checkpoint, onCheckpoint } = options;
  const first = firstValues(options, plan.seed);
  const { training, validation } = splitImages(options, plan.seed);
  const batches = imageBatches(training, batchOptions(options, plan), new Random(plan.seed).fork("batches"));
  const { iterations, rate: learningRate } = plan;
  const start = async (): Promise<Trainer> =>
    onBatches(await compileTrainer(first, plan, options, machineOf(context)), batches, iterations);
  const task = {
    initial: first.state,
    phases: [{ name: "training", stage: "training", iterations, learningRate, start }],
    validate: (state: Classifier["state"]) =>
      verdictOf(architecture, plan, state, validation, machineOf(context)),
  };
  const how = {
    what: "training",
    advice: "lower the learning rate, or take more steps",
    settings: plan.settings,
    spacing: { points: CURVE_POINTS, validations: plan.validations, each: "run" as const },
    checkpoint,
    onCheckpoint,
  };
  const { best, curve, ...outcome } = await runTraining(task, how, withImagePace(context, plan.batch));
  if (best === undefined) throw neverValidated();
  const { validationAccuracy = Number.NaN, validationLoss = Number.NaN } = best.metrics;
  return {
    classifier: classifierOf(architecture, best.values),
    ...outcome,
    validationAccuracy,
    validationLoss,
    curve: curve.map((point) => classifierPoint(point, batches.perEpoch)),
  };
}

const batchOptions = (
  { architecture, augmentation }: ClassifierTrainingOptions,
  { batch }: TrainingPlan,
) => ({
  batch,
  normalisation: normalisations[architecture.normalisation],
  augmentation,
});

function firstValues({ from, architecture }: ClassifierTrainingOptions, seed: number): Classifier {
  if (from === undefined) return newClassifier(architecture, new Random(seed).fork("values"));
  if (from.architecture.name === architecture.name) return classifierOf(architecture, from.state);
  throw fail("INVALID_ARGUMENT", {
    what: "from",
    expected: `a classifier of the architecture ${architecture.name}`,
    received: from.architecture.name,
  });
}

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
