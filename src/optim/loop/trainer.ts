import type { NamedTensors } from "../../runtime/index.js";
import type { Broken } from "../../tensor/index.js";
import type { Schedule } from "../schedule.js";

/** What one iteration saw, before its update. */
export interface TrainerStep {
  readonly loss: number;
  /** False when there was no finite loss or gradient: nothing was changed. */
  readonly taken: boolean;
  /** Why there is no loss, where more is known than NaN. */
  readonly broken?: Broken;
  /** Further numbers for the curve, averaged as the loss is. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Values in training. */
export interface Trainer {
  /**
   * One iteration, a function of the values and the number of the iteration alone.
   * @param iteration of the phase, from 0. They come in order, but may begin anywhere.
   * @throws INTERRUPTED where the signal ended it halfway: then it counts as not begun.
   */
  step(iteration: number, learningRate: number): Promise<TrainerStep>;
  /** The values to validate and to hand on: averages where averages are kept. */
  values(): NamedTensors;
  /** All that continues this phase bit by bit, with the number of the iteration. */
  state(): NamedTensors;
  /** @throws INVALID_ARGUMENT, SHAPE_MISMATCH, DTYPE_MISMATCH when it is of another training. */
  restore(state: NamedTensors): void;
  dispose(): Promise<void>;
}

/** Where a phase may begin. */
interface Handover {
  /** What did best in validation so far; the first values where nothing was validated yet. */
  readonly best: NamedTensors;
  /** What the phase before ended with. */
  readonly last: NamedTensors;
}

/** A stretch of training with one loss and one schedule. */
export interface TrainerPhase {
  /** Tells its points of the curve from those of others. */
  readonly name: string;
  /** What progress calls it: `training`. */
  readonly stage: string;
  readonly iterations: number;
  /** By iteration of the phase. */
  readonly learningRate: Schedule;
  /** Validations of this phase, about. Default: those of the plan. */
  readonly validations?: number | undefined;
  start(from: Handover): Promise<Trainer>;
}

/** What validation says of values. */
export interface Verdict {
  /** Smaller is better, the first number first. Undefined: not to be kept, as when a solve broke down. */
  readonly score: readonly number[] | undefined;
  /** For the curve. */
  readonly metrics: Readonly<Record<string, number>>;
  /** How many times worse they are here than on what they are learned from, for `LoopPlan.patience`. */
  readonly gap?: number | undefined;
}

/** What is trained. */
export interface TrainingTask {
  /** First values. */
  readonly initial: NamedTensors;
  /** One after another. */
  readonly phases: readonly TrainerPhase[];
  validate(values: NamedTensors): Promise<Verdict>;
  /** Whether the first values compete with what becomes of them. Default false. */
  readonly keepsInitial?: boolean;
  /**
   * Which values an outcome hands out as the best: those of the smallest score, or the last that have one, where scores
   * cannot be compared over time, as in a game whose other side gets better. Default `best`.
   */
  readonly keeps?: "best" | "last";
}
