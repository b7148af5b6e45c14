/** Layer 3: optimisers as pure rules, schedules, and the training program that runs them. */
export { type AdamOptions, type AdamScalar, type AdamSlot, adam } from "./adam.js";
export { type AdamWOptions, adamw } from "./adamw.js";
export { clipNorm } from "./clip.js";
export type { Optimizer, UpdateInputs, UpdateResult } from "./optimizer.js";
export {
  type CosineOptions,
  constant,
  cosineAnnealing,
  type OneCycleOptions,
  oneCycle,
  type Schedule,
  warmup,
} from "./schedule.js";
export { type SgdOptions, sgd } from "./sgd.js";
export { compileTraining, type StepResult, type Training, type TrainingOptions } from "./training.js";
export {
  type LossResult,
  type TrainingGraph,
  type TrainingProblem,
  trainingGraph,
} from "./training-graph.js";
