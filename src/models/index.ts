/** Layer 6: continuous-depth models. Flows and image classifiers: structure, training, use, files. */

// Flows.

export {
  type BaseDistribution,
  baseNamed,
  logisticBase,
  normalBase,
  studentTBase,
} from "./flow/base-distribution.js";
export { dimensionOf, type Flow, type FlowFieldOptions, flowField, MAX_SPEED } from "./flow/flow.js";

// Training.

export { densityData, type FlowData, rowsBeyond, tableData } from "./flow/flow-data.js";
export { compileFlowMatching, type FlowMatchingOptions } from "./flow/flow-matching.js";
export {
  type FlowNetwork,
  type FlowObjective,
  type FlowTrainingSpec,
  flowNetworkTable,
  flowObjectives,
  flowTrainingTable,
  type TrainingPhase,
  type TrainingPhaseSpec,
  trainingPhaseTable,
} from "./flow/flow-table.js";
export {
  compileMaximumLikelihood,
  type LikelihoodOptions,
  TRAINING_TOLERANCES,
} from "./flow/maximum-likelihood.js";
export { drawNoise, type NoiseKind, noiseKinds } from "./flow/noise.js";
export { type FlowTrainingInputs, type TrainedFlow, trainFlow } from "./flow/train-flow.js";
export type { FlowStep, FlowTrainer } from "./flow/trainer.js";
export type { FlowPoint } from "./flow/training-phase.js";

// Use.

export { columnsOf, withZeroColumns } from "./flow/augmented-states.js";
export {
  type CompiledDensity,
  compileFlowDensity,
  densityEstimator,
  FLOW_TOLERANCES,
  type FlowDensityOptions,
  type LogDensities,
  meanNegative,
} from "./flow/flow-density.js";
export {
  compileFlowSampler,
  type FlowSampler,
  type FlowSamplerOptions,
  type FlowSamples,
} from "./flow/flow-sampler.js";

// Files.

export {
  type DescribedFlow,
  decodeFlow,
  encodeFlow,
  FLOW_KEY,
  type FlowFacts,
  flowFacts,
} from "./flow/flow-file.js";

// Classifiers of images: structure and values.

export type { ClassifierArchitecture } from "./classifier/architecture.js";
export { architectureNamed, classifierArchitectures } from "./classifier/architectures.js";
export { type Classifier, classifierOf, newClassifier } from "./classifier/classifier.js";

// Their training.

export type { ClassifierPoint } from "./classifier/training/classifier-point.js";
export { type TrainedClassifier, trainClassifier } from "./classifier/training/train-classifier.js";
export {
  CLASSIFIER_TRAINING_TOLERANCES,
  type ClassifierGradient,
  type ClassifierTrainingOptions,
} from "./classifier/training/training-options.js";

// Their use.

export { type CompiledEnd, compileHead, compileStem } from "./classifier/classifier-ends.js";
export {
  CLASSIFIER_TOLERANCES,
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
