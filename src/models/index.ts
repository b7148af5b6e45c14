/** Layer 6: continuous-depth models. Flows and image classifiers: structure, training, use, files. */

// Flows.

export {
  type BaseDistribution,
  baseNamed,
  logisticBase,
  normalBase,
  studentTBase,
} from "./base-distribution.js";
export { dimensionOf, type Flow, type FlowFieldOptions, flowField, TOP_SPEED } from "./flow.js";

// Training.

export { unlessItBreaks } from "./broken-solves.js";
export { densityData, type FlowData, rowsBeyond, tableData } from "./flow-data.js";
export { compileFlowMatching, type FlowMatchingOptions } from "./flow-matching.js";
export {
  compileMaximumLikelihood,
  type LikelihoodOptions,
  TRAINING_TOLERANCE,
} from "./maximum-likelihood.js";
export { drawNoise, type NoiseKind, noiseKinds } from "./noise.js";
export {
  type FlowProgress,
  type FlowTrainingOptions,
  type TrainedFlow,
  trainFlow,
} from "./train-flow.js";
export type { FlowStep, FlowTrainer } from "./trainer.js";
export { type FlowObjective, type FlowPoint, flowObjectives, type TrainingPhase } from "./training-phase.js";

// Use.

export { columnsOf, withZeroColumns } from "./augmented-states.js";
export {
  type CompiledDensity,
  compileFlowDensity,
  densityEstimator,
  FLOW_TOLERANCE,
  type FlowDensityOptions,
  type LogDensities,
  meanNegative,
} from "./flow-density.js";
export {
  compileFlowSampler,
  type FlowSampler,
  type FlowSamplerOptions,
  type FlowSamples,
} from "./flow-sampler.js";

// Files.

export { decodeFlowCheckpoint, encodeFlowCheckpoint, type FlowCheckpoint } from "./flow-checkpoint.js";
export {
  type DescribedFlow,
  decodeFlow,
  encodeFlow,
  FLOW_KEY,
  type FlowFacts,
  flowFacts,
} from "./flow-file.js";

// Classifiers of images: structure and values.

export type { ClassifierArchitecture } from "./classifier/architecture.js";
export { architectureNamed, classifierArchitectures } from "./classifier/architectures.js";
export { type Classifier, classifierOf, newClassifier } from "./classifier/classifier.js";

// Their training.

export {
  type BestValues,
  type ClassifierCheckpoint,
  type ClassifierPoint,
  type ClassifierProgress,
  decodeClassifierCheckpoint,
  encodeClassifierCheckpoint,
} from "./classifier/checkpoint.js";
export { type TrainedClassifier, trainClassifier } from "./classifier/train-classifier.js";
export type {
  ClassifierGradient,
  ClassifierTrainingOptions,
  TrainingSolver,
} from "./classifier/training-options.js";

// Their use.

export { type CompiledEnd, compileInlet, compileOutlet } from "./classifier/classifier-ends.js";
export {
  CLASSIFIER_TOLERANCE,
  type Classification,
  type ClassifierSolveOptions,
  type CompiledClassifier,
  compileClassifier,
} from "./classifier/compile-classifier.js";
export type { ClassifierInput } from "./classifier/image-input.js";
export {
  type AccuracyOptions,
  type BatchAccuracy,
  type MeasuredAccuracy,
  measureAccuracy,
} from "./classifier/measure-accuracy.js";

// Their files.

export {
  CLASSIFIER_KEY,
  type ClassifierFacts,
  type ClassifierStory,
  decodeClassifierState,
  encodeClassifierState,
} from "./classifier/classifier-file.js";
export { type ClassifierExport, encodeClassifier } from "./classifier/classifier-onnx.js";
