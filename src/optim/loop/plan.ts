import type { BestValues, Checkpoint } from "./checkpoint.js";
import type { CurvePoint } from "./curve.js";
import type { SpacingOptions } from "./spacing.js";

/** How a training goes about it, whatever is trained. */
export interface LoopPlan {
  /** What errors call it: `fit`. */
  readonly what: string;
  /** What to do where the loss stays broken, for errors. */
  readonly advice: string;
  /** What decides the outcome, as text: checkpoints continue the same only. */
  readonly settings: string;
  readonly spacing: SpacingOptions;
  /**
   * Ends a phase after so many validations in a row of which none was the best, where validation has moved away from what is
   * learned from by half since the phase began (`Verdict.gap`): it overfits. Default: never.
   */
  readonly patience?: number | undefined;
  /**
   * How many times worse than the best a validation must be for a training to count as lost, as where a loss jumped at a high
   * learning rate; so does one without a finite loss. The phase then goes on from the best values with new slots and three
   * tenths of its learning rates, five times at most. Default: never.
   */
  readonly lostAt?: number | undefined;
  /** What was computed before training, for checkpoints to keep. */
  readonly prepared?: string | undefined;
  /** Where to go on, as `onCheckpoint` gave it: the result is the same, bit by bit, as without the break. */
  readonly checkpoint?: Checkpoint | undefined;
  /**
   * Called after every validation, and at an early end. That it fails ends nothing: it is told once, as a warning, and
   * tried again with the next one.
   */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => Promise<void> | void) | undefined;
}

/** How a training ended. */
export interface TrainingOutcome {
  readonly status: "complete" | "interrupted";
  /** Iterations done, skipped ones included. */
  readonly iterations: number;
  /** Those that an early end of a phase left out. */
  readonly spared: number;
  readonly curve: readonly CurvePoint[];
  /** Undefined when no validation succeeded. */
  readonly best: BestValues | undefined;
  /** Over all sessions. */
  readonly seconds: number;
}
