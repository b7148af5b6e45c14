/** For the layers above, not for users: the training loop and what it is given. */
export type { CurvePoint } from "./loop/curve.js";
export type { TrainingOutcome } from "./loop/plan.js";
export { runTraining } from "./loop/run-training.js";
export type { Trainer, TrainerPhase, TrainerStep, TrainingTask, Verdict } from "./loop/trainer.js";
export { type Player, takingTurns } from "./loop/turns.js";
export type { StepResult } from "./training.js";
