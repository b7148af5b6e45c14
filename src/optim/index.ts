/** Layer 3: optimisers as pure rules, schedules, the training program that runs them, and the loop around it. */
export { type AdamOptions, type AdamScalar, type AdamSlot, adam } from "./adam.js";
export { type AdamWOptions, adamw } from "./adamw.js";
export { clipNorm } from "./clip.js";
export { type BestValues, type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./loop/checkpoint.js";
export type { Block, CurvePoint } from "./loop/curve.js";
export type { LoopPlan, TrainingOutcome } from "./loop/plan.js";
export { runTraining } from "./loop/run-training.js";
export { type Spacing, type SpacingOptions, spacingOf } from "./loop/spacing.js";
export type { Handover, Trainer, TrainerPhase, TrainerStep, TrainingTask, Verdict } from "./loop/trainer.js";
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
