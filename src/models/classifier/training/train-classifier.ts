import {
  type ImageBatch,
  type ImageBatches,
  type ImageSet,
  imageBatches,
  normalisations,
} from "../../../data/index.js";
import type { NamedTensors } from "../../../runtime/index.js";
import { fail, Random } from "../../../tensor/index.js";
import { type Classifier, classifierOf, newClassifier } from "../classifier.js";
import type { BestValues, ClassifierPoint } from "./checkpoint.js";
import { compileTrainer } from "./choose-trainer.js";
import type { ClassifierStep, ClassifierTrainer } from "./classifier-trainer.js";
import { splitImages } from "./split-images.js";
import { type ClassifierTrainingOptions, type TrainingPlan, trainingPlan } from "./training-options.js";
import { validate } from "./validate.js";

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
/** Iterations in a row that may be skipped because the loss was not finite. */
const MOST_SKIPPED = 20;

/**
 * Trains a Neural ODE classifier by cross-entropy, validates as it goes, and keeps the values that did best.
 * @throws INVALID_ARGUMENT for options that make no sense or labels without class; SHAPE_MISMATCH for other images;
 *   NON_FINITE when the loss stays broken, solves that break down included, or no validation could be solved.
 */
export async function trainClassifier(options: ClassifierTrainingOptions): Promise<TrainedClassifier> {
  const begun = performance.now();
  const plan = trainingPlan(options);
  const { architecture } = options;
  const first = firstValues(options, plan.seed);
  const { training, validation } = splitImages(options, plan.seed);
  const { batch, seed } = plan;
  const normalisation = normalisations[architecture.normalisation];
  const batches = imageBatches(
    training,
    { batch, normalisation, ...(options.augmentation && { augmentation: options.augmentation }) },
    new Random(seed).fork("batches"),
  );
  const start = startOf(options, plan, first);
  const trainer = await compileTrainer(first, plan, options);
  try {
    if (start.trainer !== undefined) trainer.restore(start.trainer);
    const run = { ...start, begun, options, plan, batches, validation, trainer, ...spacing(plan) };
    const status = await iterate(run);
    const { accuracy: validationAccuracy, loss: validationLoss, state } = run.best;
    if (validationAccuracy < 0) throw neverValidated();
    return {
      classifier: classifierOf(architecture, state),
      ...{ status, validationAccuracy, validationLoss },
      ...{ iterations: run.iteration, curve: run.curve },
      seconds: secondsOf(run),
    };
  } finally {
    await trainer.dispose();
  }
}

function firstValues({ from, architecture }: ClassifierTrainingOptions, seed: number): Classifier {
  if (from === undefined) return newClassifier(architecture, new Random(seed).fork("values"));
  if (from.architecture.name === architecture.name) return classifierOf(architecture, from.state);
  throw fail("INVALID_ARGUMENT", {
    what: "from",
    expected: `a classifier of the architecture ${architecture.name}`,
    received: from.architecture.name,
  });
}

/** A training under way. */
interface Run {
  /** When this session began, by the clock of `performance`. */
  readonly begun: number;
  /** What earlier sessions took. */
  readonly secondsBefore: number;
  readonly options: ClassifierTrainingOptions;
  readonly plan: TrainingPlan;
  readonly batches: ImageBatches;
  readonly validation: ImageSet;
  readonly trainer: ClassifierTrainer;
  /** Iterations between two points of the curve, and between two validations, a multiple of it. */
  readonly block: number;
  readonly validateEvery: number;
  /** Iterations done. */
  iteration: number;
  curve: ClassifierPoint[];
  best: BestValues;
}

const secondsOf = ({ begun, secondsBefore }: Run): number =>
  secondsBefore + (performance.now() - begun) / 1000;

function startOf(
  { checkpoint }: ClassifierTrainingOptions,
  { settings }: TrainingPlan,
  { architecture, state }: Classifier,
): Pick<Run, "iteration" | "curve" | "best" | "secondsBefore"> & {
  readonly trainer: NamedTensors | undefined;
} {
  if (checkpoint === undefined) {
    const best = { accuracy: -1, loss: Number.POSITIVE_INFINITY, state };
    return { iteration: 0, secondsBefore: 0, curve: [], best, trainer: undefined };
  }
  if (checkpoint.settings === settings) {
    const { iteration, seconds: secondsBefore, curve, best, trainer } = checkpoint;
    // Values that are missing here would be missed only at the end of the training.
    classifierOf(architecture, best.state);
    return { iteration, secondsBefore, curve: [...curve], best, trainer };
  }
  throw fail("INVALID_ARGUMENT", {
    what: "checkpoint",
    expected: `one of the same training: ${settings}`,
    received: checkpoint.settings,
    help: "resume with the options that the training was begun with, or start anew",
  });
}

function spacing({ iterations, validations }: TrainingPlan): Pick<Run, "block" | "validateEvery"> {
  const block = Math.max(1, Math.floor(iterations / CURVE_POINTS));
  return { block, validateEvery: Math.ceil(iterations / validations / block) * block };
}

async function iterate(run: Run): Promise<TrainedClassifier["status"]> {
  const { options, plan, trainer, batches } = run;
  const clock = { started: performance.now(), from: run.iteration, last: performance.now() };
  let batch: ImageBatch | undefined;
  let block = newBlock;
  let skipped = 0;
  while (run.iteration < plan.iterations) {
    batch ??= batches.at(run.iteration);
    const stepping = trainer.step(batch, plan.rate(run.iteration));
    run.iteration++;
    // In a worker thread the step is under way already.
    batch = run.iteration < plan.iterations ? batches.at(run.iteration) : undefined;
    const step = await stepping;
    skipped = step.taken ? 0 : skipped + 1;
    if (skipped > MOST_SKIPPED) throw brokenLoss(run.iteration, step);
    if (step.taken) block = extended(block, step);
    const atEnd = run.iteration === plan.iterations;
    const stopped = options.signal?.aborted === true && !atEnd;
    if (run.iteration % run.block !== 0 && !atEnd && !stopped) continue;
    await closeBlock(run, block, { due: atEnd || run.iteration % run.validateEvery === 0, stopped }, clock);
    block = newBlock;
    if (stopped) return "interrupted";
  }
  return "complete";
}

type Sums = Pick<ClassifierStep, "loss" | "accuracy" | "nfe" | "backwardNfe">;
type Block = Sums & { readonly count: number };

const newBlock: Block = { count: 0, loss: 0, accuracy: 0, nfe: 0, backwardNfe: 0 };
const extended = (block: Block, step: Sums): Block => ({
  count: block.count + 1,
  loss: block.loss + step.loss,
  accuracy: block.accuracy + step.accuracy,
  nfe: block.nfe + step.nfe,
  backwardNfe: block.backwardNfe + step.backwardNfe,
});

interface Clock {
  readonly started: number;
  /** Iterations done when it started. */
  readonly from: number;
  last: number;
}

/**
 * Adds a point to the curve; validates and offers a checkpoint where one is due. A stop elsewhere validates too, to keep
 * the best, but is no place to go on from: a run without the break would not validate there.
 */
async function closeBlock(
  run: Run,
  { count, ...sums }: Block,
  { due, stopped }: { readonly due: boolean; readonly stopped: boolean },
  clock: Clock,
): Promise<void> {
  const { iteration, options, plan, batches } = run;
  const point: ClassifierPoint = {
    ...{ iteration, epoch: iteration / batches.perEpoch },
    ...{ loss: sums.loss / count, accuracy: sums.accuracy / count },
    ...{ nfe: sums.nfe / count, backwardNfe: sums.backwardNfe / count },
    ...(due || stopped ? await validated(run) : {}),
  };
  const before = run.curve.at(-1)?.iteration ?? 0;
  run.curve.push(point);
  const now = performance.now();
  options.onProgress?.({
    ...point,
    total: plan.iterations,
    imagesPerSecond: ((iteration - before) * plan.batch * 1000) / (now - clock.last),
    secondsLeft: ((now - clock.started) / 1000 / (iteration - clock.from)) * (plan.iterations - iteration),
  });
  clock.last = now;
  if (!due) return;
  const { curve, best, trainer } = run;
  const { settings } = plan;
  const story = { settings, iteration, seconds: secondsOf(run), curve: [...curve], best };
  await options.onCheckpoint?.({ ...story, trainer: trainer.state() });
}

/** Keeps the current values if they are the best. */
async function validated(
  run: Run,
): Promise<Pick<ClassifierPoint, "validationAccuracy" | "validationLoss" | "validationNfe">> {
  const state = run.trainer.values();
  const measured = await validate(run.options, run.plan, state, run.validation);
  if (measured === undefined) return { validationAccuracy: Number.NaN };
  const { accuracy, loss, nfe } = measured;
  const { best } = run;
  if (accuracy > best.accuracy || (accuracy === best.accuracy && loss < best.loss))
    run.best = { accuracy, loss, state };
  return { validationAccuracy: accuracy, validationLoss: loss, validationNfe: nfe };
}

function brokenLoss(iteration: number, { loss, broken }: ClassifierStep): Error {
  return fail("NON_FINITE", {
    what: `training, iteration ${iteration}`,
    expected: "a finite loss",
    received: `${broken?.reason ?? loss}, ${MOST_SKIPPED + 1} times in a row`,
    help: "lower the learning rate, or take more steps",
  });
}

function neverValidated(): Error {
  return fail("NON_FINITE", {
    what: "training",
    expected: "values whose classifier can be solved on the validation images",
    received: "none at any validation",
    help: "lower the learning rate, or take more steps",
  });
}
