/** Layer 3: optimizers as pure rules, schedules, the training program that runs them, and the loop around it. */
export { adam } from "./adam.js";
export { adamw } from "./adamw.js";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./loop/checkpoint.js";
export type { Optimizer } from "./optimizer.js";
export { constant, cosineAnnealing, oneCycle, type Schedule, warmup } from "./schedule.js";
export { sgd } from "./sgd.js";
export { compileTraining, type Training } from "./training.js";
export type { TrainingProblem } from "./training-graph.js";
