import {
  architectureNamed,
  type Classifier,
  decodeClassifierCheckpoint,
  encodeClassifierCheckpoint,
  type TrainedClassifier,
  trainClassifier,
} from "../../models/index.js";
import type { ExperimentOptions, LabelledImages } from "../experiment.js";
import { CHECKPOINT_FILE } from "../run-flow.js";
import type { ImagePreset } from "./presets.js";

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

/** Trains the preset's classifier; `resume` goes on from the checkpoint, bit by bit. */
export const trainedHere: ClassifierSource = async (
  { training },
  preset,
  { seed, compile, signal, checkpoints, resume, onClassifier },
) => {
  const kept = resume === true ? await checkpoints?.read(CHECKPOINT_FILE) : undefined;
  const { classifier, ...trained } = await trainClassifier({
    ...{
      iterations: 0,
      ...preset.training,
      architecture: architectureNamed(preset.architecture),
      data: training,
      seed,
    },
    ...(compile && { compile }),
    ...(signal && { signal }),
    ...(onClassifier && { onProgress: onClassifier }),
    ...(kept && { checkpoint: decodeClassifierCheckpoint(kept, CHECKPOINT_FILE) }),
    onCheckpoint: async (checkpoint) =>
      checkpoints?.write(CHECKPOINT_FILE, encodeClassifierCheckpoint(checkpoint)),
  });
  return { classifier, trained, training: trainingText(preset) };
};

function trainingText({ training = { iterations: 0 } }: ImagePreset): string {
  const { iterations, batch, learningRate, solver = {} } = training;
  const { method, steps, rtol } = solver;
  const how = steps === undefined ? `dopri5 at ${rtol}` : `${steps} steps of ${String(method)}`;
  return `${iterations} iterations of batches of ${batch}, Adam from ${learningRate}, ${how}`;
}
