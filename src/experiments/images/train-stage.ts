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
import type { ImagePreset, TrainingSettings } from "./presets.js";

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
export const trainedHere =
  (settings: TrainingSettings): ClassifierSource =>
  async ({ training }, { architecture }, { seed, compile, signal, checkpoints, resume, onClassifier }) => {
    const kept = resume === true ? await checkpoints?.read(CHECKPOINT_FILE) : undefined;
    const { classifier, ...trained } = await trainClassifier({
      ...{ ...settings, architecture: architectureNamed(architecture), data: training, seed },
      ...(compile && { compile }),
      ...(signal && { signal }),
      ...(onClassifier && { onProgress: onClassifier }),
      ...(kept && { checkpoint: decodeClassifierCheckpoint(kept, CHECKPOINT_FILE) }),
      onCheckpoint: async (checkpoint) =>
        checkpoints?.write(CHECKPOINT_FILE, encodeClassifierCheckpoint(checkpoint)),
    });
    return { classifier, trained, training: trainingText(settings) };
  };

function trainingText({ iterations, batch, learningRate, solver = {} }: TrainingSettings): string {
  const { method, steps, rtol } = solver;
  const how = steps === undefined ? `dopri5 at ${rtol}` : `${steps} steps of ${String(method)}`;
  return `${iterations} iterations of batches of ${batch}, Adam from ${learningRate}, ${how}`;
}
