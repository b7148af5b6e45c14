import {
  architectureNamed,
  CLASSIFIER_TRAINING_TOLERANCES,
  type Classifier,
  type ClassifierPoint,
  decodeClassifierCheckpoint,
  encodeClassifierCheckpoint,
  type TrainedClassifier,
  trainClassifier,
} from "../../models/index.js";
import { resolveMethod } from "../../ode/index.js";
import { CHECKPOINT_FILE, REFINEMENT_CHECKPOINT_FILE } from "../kit/checkpoint-files.js";
import type { ExperimentOptions, LabelledImages } from "../kit/experiment.js";
import type { ImagePreset, TrainedImagePreset, TrainingSettings } from "./presets.js";

/** A classifier to study, and how it came about. */
export interface TrainStage {
  readonly classifier: Classifier;
  /** Absent for a classifier that others trained. */
  readonly trained?: Omit<TrainedClassifier, "classifier">;
  /** Its training in words. */
  readonly training: string;
}

/** Where an experiment's classifier comes from. */
export type ClassifierSource = (
  images: LabelledImages,
  preset: ImagePreset,
  options: ExperimentOptions,
) => Promise<TrainStage>;

/** Trains the preset's classifier, and refines it if the preset says how; `resume` goes on from the checkpoint, bit by bit. */
export const trainedHere =
  ({ training, refinement }: Pick<TrainedImagePreset, "training" | "refinement">): ClassifierSource =>
  async (images, { architecture }, options) => {
    const later = refinement?.iterations ?? 0;
    const phase = { images, architecture, options };
    const first = await phaseOf(training, { ...phase, file: CHECKPOINT_FILE, before: [], later });
    const { classifier, ...trained } = first;
    if (refinement === undefined || trained.status === "interrupted")
      return { classifier, trained, training: trainingText(training) };
    const file = REFINEMENT_CHECKPOINT_FILE;
    const second = await phaseOf(refinement, {
      ...phase,
      file,
      before: trained.curve,
      later: 0,
      from: classifier,
    });
    const better = second.validationAccuracy >= first.validationAccuracy ? second : first;
    return {
      classifier: better.classifier,
      trained: {
        ...{ status: second.status, curve: [...trained.curve, ...after(trained.curve, second.curve)] },
        ...{ iterations: first.iterations + second.iterations, seconds: first.seconds + second.seconds },
        ...{ validationAccuracy: better.validationAccuracy, validationLoss: better.validationLoss },
      },
      training: `${trainingText(training)}; then ${trainingText(refinement)}`,
    };
  };

interface Phase {
  readonly images: LabelledImages;
  readonly architecture: string;
  readonly options: ExperimentOptions;
  /** Where the checkpoint is kept. */
  readonly file: string;
  /** What was trained before. */
  readonly before: readonly ClassifierPoint[];
  /** Iterations that come after. */
  readonly later: number;
  readonly from?: Classifier;
}

async function phaseOf(
  settings: TrainingSettings,
  { images, architecture, options, file, before, later, from }: Phase,
): Promise<TrainedClassifier> {
  const { seed, compile, signal, checkpoints, resume, onClassifier } = options;
  const kept = resume === true ? await checkpoints?.read(file) : undefined;
  return trainClassifier({
    ...{ ...settings, architecture: architectureNamed(architecture), data: images.training, seed },
    ...(from && { from }),
    ...(compile && { compile }),
    ...(signal && { signal }),
    ...(onClassifier && {
      onProgress: (progress) => {
        const [point = progress] = after(before, [progress]);
        const { total, imagesPerSecond, secondsLeft } = progress;
        onClassifier({ ...point, total: total + lengthOf(before) + later, imagesPerSecond, secondsLeft });
      },
    }),
    ...(kept && { checkpoint: decodeClassifierCheckpoint(kept, file) }),
    onCheckpoint: async (checkpoint) => checkpoints?.write(file, encodeClassifierCheckpoint(checkpoint)),
  });
}

const lengthOf = (curve: readonly ClassifierPoint[]): number => curve.at(-1)?.iteration ?? 0;

/** The points counted from the end of what came before. */
function after(before: readonly ClassifierPoint[], points: readonly ClassifierPoint[]): ClassifierPoint[] {
  const { iteration = 0, epoch = 0 } = before.at(-1) ?? {};
  return points.map((point) => ({
    ...point,
    iteration: point.iteration + iteration,
    epoch: point.epoch + epoch,
  }));
}

function trainingText(settings: TrainingSettings): string {
  const { iterations, batch, learningRate, solver, randomMesh, augmentation, averageDecay } = settings;
  const mesh = randomMesh === true ? " on random meshes" : "";
  const how = `${resolveMethod(solver, CLASSIFIER_TRAINING_TOLERANCES).text}${mesh}`;
  const mirrored = augmentation?.flip === true ? " and mirrored" : "";
  const moved =
    augmentation === undefined ? "" : `, images moved by up to ${augmentation.padding} pixels${mirrored}`;
  const averaged = averageDecay === undefined ? "" : `, values averaged (decay ${averageDecay})`;
  return `${iterations} iterations of batches of ${batch}, Adam from ${learningRate}, ${how}${moved}${averaged}`;
}
