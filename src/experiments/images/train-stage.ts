import {
  type Classifier,
  decodeClassifierState,
  encodeClassifierState,
  type TrainedClassifier,
  trainClassifier,
} from "../../models/index.js";
import {
  CLASSIFIER_TRAINING_TOLERANCES,
  type ClassifierPoint,
  classifierTrainingTable,
} from "../../models/internal.js";
import { resolveMethod } from "../../ode/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { completeSpec } from "../../spec/index.js";
import { checkpointingIn } from "../kit/checkpoint-files.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import { digest } from "../kit/digest.js";
import type { LabeledImages } from "../kit/experiment.js";
import type { Run } from "../kit/run.js";
import type { Stage } from "../kit/stage.js";
import type { ImagePreset, TrainedImagePreset, TrainingSettings } from "./presets.js";

/** A classifier to study, and how it came about. */
export interface StudiedClassifier {
  readonly classifier: Classifier;
  /** Absent for a classifier that others trained. */
  readonly trained?: Omit<TrainedClassifier, "classifier">;
  /** Its training in words. */
  readonly training: string;
}

/**
 * Where an experiment's classifier comes from.
 * @param onClassifier called with the classifier as soon as there is one, and again with every better one.
 */
export type ClassifierSource = (
  task: { readonly images: LabeledImages; readonly preset: ImagePreset; readonly seed: number },
  run: Pick<Run<object>, "stage">,
  onClassifier: (classifier: StudiedClassifier) => Promise<void>,
) => Promise<StudiedClassifier>;

/** Trains the preset's classifier, and refines it if the preset says how; both go on from checkpoints bit by bit. */
export const trainedHere =
  ({ training, refinement }: Pick<TrainedImagePreset, "training" | "refinement">): ClassifierSource =>
  async ({ images, preset, seed }, run, onClassifier) => {
    const task = { images, architecture: preset.architecture, seed };
    const first = await run.stage(trainingStage("train", training, task));
    const { classifier, ...trained } = first;
    const begun: StudiedClassifier = { classifier, trained, training: trainingText(training) };
    await onClassifier(begun);
    if (refinement === undefined || first.status === "interrupted") return begun;
    const second = await run.stage(trainingStage("refine", refinement, { ...task, from: classifier }));
    const better = second.validationAccuracy >= first.validationAccuracy ? second : first;
    const refined: StudiedClassifier = {
      classifier: better.classifier,
      trained: {
        status: second.status,
        curve: [...first.curve, ...after(first.curve, second.curve)],
        iterations: first.iterations + second.iterations,
        seconds: first.seconds + second.seconds,
        validationAccuracy: better.validationAccuracy,
        validationLoss: better.validationLoss,
      },
      training: `${trainingText(training)}; then ${trainingText(refinement)}`,
    };
    await onClassifier(refined);
    return refined;
  };

interface TrainingTask {
  readonly images: LabeledImages;
  readonly architecture: ImagePreset["architecture"];
  readonly seed: number;
  readonly from?: Classifier | undefined;
}

function trainingStage(
  name: "train" | "refine",
  settings: TrainingSettings,
  { images, architecture, seed, from }: TrainingTask,
): Stage<TrainedClassifier> {
  return {
    name,
    settings: { settings, architecture, seed, data: images.description },
    inputs: from === undefined ? [] : [digest(stateOf(from))],
    codec: classifierCodec(images),
    isWhole: ({ status }) => status === "complete",
    make: async (context, checkpoint) => {
      const inputs = { from, ...(await checkpointingIn(checkpoint)) };
      const own = name === "refine" ? asRefining(context) : context;
      return trainClassifier(images.training, { ...settings, architecture, seed }, inputs, own);
    },
  };
}

/** The second training is another stage of progress: its iterations may take another time. */
function asRefining({ onProgress, ...context }: RunContext): RunContext {
  if (onProgress === undefined) return context;
  return { ...context, onProgress: (event) => onProgress({ ...event, stage: "refining" }) };
}

const stateOf = (classifier: Classifier): Uint8Array =>
  encodeClassifierState(classifier, { classes: [], training: "" });

const classifierCodec = ({ training }: LabeledImages): Codec<TrainedClassifier> => ({
  encode: ({ classifier, ...trained }) => ({
    safetensors: encodeClassifierState(classifier, {
      classes: training.classes,
      training: "",
      heldOutAccuracy: trained.validationAccuracy,
    }),
    json: encodeJson(trained),
  }),
  decode: ({ safetensors = new Uint8Array(), json }) => ({
    ...decodeJson<Omit<TrainedClassifier, "classifier">>(json),
    classifier: classifierIn(safetensors),
  }),
});

function classifierIn(content: Uint8Array): Classifier {
  const { facts: _, ...classifier } = decodeClassifierState(content, "classifier.safetensors");
  return classifier;
}

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
  const complete = completeSpec(classifierTrainingTable, settings);
  const { iterations, batch, learningRate, solver, randomMesh, augmentation, averageDecay } = complete;
  const mesh = randomMesh === true ? " on random meshes" : "";
  const how = `${resolveMethod(solver, CLASSIFIER_TRAINING_TOLERANCES).text}${mesh}`;
  const mirrored = augmentation?.flip === true ? " and mirrored" : "";
  const moved = augmentation ? `, images moved by up to ${augmentation.padding} pixels${mirrored}` : "";
  const averaged = averageDecay ? `, values averaged (decay ${averageDecay})` : "";
  return `${iterations} iterations of batches of ${batch}, Adam from ${learningRate}, ${how}${moved}${averaged}`;
}
