/** For the layers above, not for users: trainers, tolerances, facts in files, the ends of classifiers. */
export type { ClassifierArchitectureName } from "./classifier/architecture-names.js";
export { type CompiledEnd, compileHead, compileStem } from "./classifier/classifier-ends.js";
export { CLASSIFIER_TOLERANCES, type Classification } from "./classifier/compile-classifier.js";
export type { ClassifierInput } from "./classifier/image-input.js";
export type { ClassifierPoint } from "./classifier/training/classifier-point.js";
export { CLASSIFIER_TRAINING_TOLERANCES } from "./classifier/training/training-plan.js";
export { classifierTrainingTable } from "./classifier/training/training-table.js";
export { baseNamed } from "./flow/base-distribution.js";
export { dimensionOf, MAX_SPEED } from "./flow/flow.js";
export { rowsBeyond } from "./flow/flow-data.js";
export { densityEstimator, type LogDensities } from "./flow/flow-density.js";
export { type DescribedFlow, FLOW_KEY, type FlowFacts, flowFacts } from "./flow/flow-file.js";
export type { FlowSamplerOptions, FlowSamples, SampleDensities } from "./flow/flow-sampler.js";
export {
  type FlowNetwork,
  type FlowObjective,
  flowObjectives,
  flowTrainingTable,
  type TrainingPhase,
  type TrainingPhaseSpec,
} from "./flow/flow-table.js";
export { type MatchedField, matchField } from "./flow/match-field.js";
export { compileMaximumLikelihood } from "./flow/maximum-likelihood.js";
export type { NoiseKind } from "./flow/noise-kinds.js";
export type { SamplerDensities } from "./flow/sampler-density.js";
export { FLOW_TOLERANCES } from "./flow/tolerances.js";
export type { FlowPoint } from "./flow/training-phase.js";
