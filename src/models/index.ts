/** Layer 6: continuous-depth models. Flows and image classifiers: structure, training, use, files. */

// Flows.

export { type BaseDistribution, logisticBase, normalBase, studentTBase } from "./flow/base-distribution.js";
export { type Flow, flowField } from "./flow/flow.js";

// Training.

export { densityData, type FlowData, tableData } from "./flow/flow-data.js";
export type { FlowTrainingSpec } from "./flow/flow-table.js";
export { type FlowTrainingInputs, type TrainedFlow, trainFlow } from "./flow/train-flow.js";

// Use.

export { type CompiledDensity, compileFlowDensity } from "./flow/flow-density.js";
export { compileFlowSampler, type FlowSampler } from "./flow/flow-sampler.js";
export { type CompiledSamplerDensity, compileSamplerDensity } from "./flow/sampler-density.js";

// Files.

export { decodeFlow, encodeFlow } from "./flow/flow-file.js";

// Any field, trained on a loss along its solutions.

export type { FieldTrainingSpec } from "./field/field-training-table.js";
export {
  type FieldPoint,
  type FieldTrainingInputs,
  type TrainedField,
  trainField,
} from "./field/train-field.js";

// Classifiers of images: structure and values.

export type { ClassifierArchitecture } from "./classifier/architecture.js";
export { architectureNamed, classifierArchitectures } from "./classifier/architectures.js";
export { type Classifier, classifierOf, newClassifier } from "./classifier/classifier.js";

// Their training.

export { type TrainedClassifier, trainClassifier } from "./classifier/training/train-classifier.js";

// Their use.

export { type CompiledClassifier, compileClassifier } from "./classifier/compile-classifier.js";
export { measureAccuracy } from "./classifier/measure-accuracy.js";

// Their files.

export { decodeClassifierState, encodeClassifierState } from "./classifier/classifier-file.js";
export { encodeClassifier } from "./classifier/classifier-onnx.js";
export type { ClassifierTrainingInputs } from "./classifier/training/training-inputs.js";
export type { ClassifierTrainingSpec } from "./classifier/training/training-table.js";

// A field and its hypersolver, trained together.

export { type ClassifierTaskOptions, classifierTask } from "./joint/classifier-task.js";
export { type FlowTaskOptions, flowTask } from "./joint/flow-task.js";
export type { JointSpec } from "./joint/joint-table.js";
export type { PenalizedSpec } from "./joint/penalized-table.js";
export type { SolvedTask } from "./joint/solved-task.js";
export { type JointInputs, type JointTraining, trainJointly } from "./joint/train-jointly.js";
export {
  type PenalizedInputs,
  type PenalizedTraining,
  trainPenalized,
} from "./joint/train-penalized.js";
