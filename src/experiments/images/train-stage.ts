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
  readonly trained: Omit<TrainedClassifier, "classifier">;
}

/** Trains the preset's classifier; `resume` goes on from the checkpoint, bit by bit. */
export async function trainStage(
  { training }: LabelledImages,
  preset: ImagePreset,
  { seed, compile, signal, checkpoints, resume, onClassifier }: ExperimentOptions,
): Promise<TrainStage> {
  const kept = resume === true ? await checkpoints?.read(CHECKPOINT_FILE) : undefined;
  const { classifier, ...trained } = await trainClassifier({
    ...{ ...preset.training, architecture: architectureNamed(preset.architecture), data: training, seed },
    ...(compile && { compile }),
    ...(signal && { signal }),
    ...(onClassifier && { onProgress: onClassifier }),
    ...(kept && { checkpoint: decodeClassifierCheckpoint(kept, CHECKPOINT_FILE) }),
    onCheckpoint: async (checkpoint) =>
      checkpoints?.write(CHECKPOINT_FILE, encodeClassifierCheckpoint(checkpoint)),
  });
  return { classifier, trained };
}
