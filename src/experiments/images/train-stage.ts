import {
  architectureNamed,
  type Classifier,
  type ClassifierPoint,
  type TrainedClassifier,
  trainClassifier,
} from "../../models/index.js";
import { type ProgressEvent, runOptionsOf } from "../../runtime/index.js";
import { CHECKPOINT_FILE, checkpointing, REFINEMENT_CHECKPOINT_FILE } from "../kit/checkpoint-files.js";
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
    const phase = { images, architecture, options };
    const first = await phaseOf(training, { ...phase, file: CHECKPOINT_FILE });
    const { classifier, ...trained } = first;
    if (refinement === undefined || trained.status === "interrupted")
      return { classifier, trained, training: trainingText(training) };
    const file = REFINEMENT_CHECKPOINT_FILE;
    const onProgress = options.onProgress && refining(options.onProgress);
    const second = await phaseOf(refinement, {
      ...{ ...phase, file, from: classifier },
      options: { ...options, ...(onProgress && { onProgress }) },
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
  readonly from?: Classifier;
}

async function phaseOf(
  settings: TrainingSettings,
  { images, architecture, options, file, from }: Phase,
): Promise<TrainedClassifier> {
  return trainClassifier({
    ...{ ...settings, architecture: architectureNamed(architecture), data: images.training },
    ...{ seed: options.seed, ...runOptionsOf(options), ...(await checkpointing(file, options)) },
    ...(from && { from }),
  });
}

/** The second training is another stage: its iterations may take another time. */
const refining =
  (onProgress: (event: ProgressEvent) => void) =>
  (event: ProgressEvent): void =>
    onProgress({ ...event, stage: "refining" });

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
  const { iterations, batch, learningRate, solver = {}, randomMesh, augmentation, averageDecay } = settings;
  const { method, steps, rtol } = solver;
  const mesh = randomMesh === true ? " on random meshes" : "";
  const how = steps === undefined ? `dopri5 at ${rtol}` : `${steps} steps of ${String(method)}${mesh}`;
  const mirrored = augmentation?.flip === true ? " and mirrored" : "";
  const moved =
    augmentation === undefined ? "" : `, images moved by up to ${augmentation.padding} pixels${mirrored}`;
  const averaged = averageDecay === undefined ? "" : `, values averaged (decay ${averageDecay})`;
  return `${iterations} iterations of batches of ${batch}, Adam from ${learningRate}, ${how}${moved}${averaged}`;
}
