import type { Schedule, Training } from "../../optim/index.js";
import type { NamedTensors } from "../../runtime/index.js";
import type { Correction } from "../correction/correction.js";
import type { ReferenceSettings } from "../reference/reference.js";
import type { FitLoss, FitSettings } from "./fit-options.js";
import type { Validation } from "./validation.js";

/** A stretch of training with one loss. */
export interface FitPhase {
  readonly loss: FitLoss;
  readonly iterations: number;
  readonly learningRate: Schedule;
  /** The training program, starting from these parameters. */
  compile(parameters: NamedTensors): Promise<Training>;
  /** The mini-batch of an iteration, asked for in order. */
  batch(iteration: number): NamedTensors | Promise<NamedTensors>;
}

/** All that the loop of a fit needs to know, whatever the states are. */
export interface FitPlan {
  /** Settings as they turned out. */
  readonly settings: FitSettings;
  readonly initial: Correction;
  readonly phases: readonly FitPhase[];
  readonly validation: Validation;
  readonly reference: ReferenceSettings;
  /** Mean Euclidean error of the reference over the target step, divided by ε^(p+1): no loss can fall below it. */
  readonly noiseFloor: number;
  /** The correction to hand out for trained parameters. */
  finished(parameters: NamedTensors): Correction;
  dispose(): Promise<void>;
}

/**
 * The order of mini-batches in the paper (appendix C.2): the first one for a while, then a new one every few iterations.
 */
export const batchDue = ({ pretrain, swapEvery }: FitSettings, iteration: number): boolean =>
  iteration > 0 && iteration >= pretrain && (iteration - pretrain) % swapEvery === 0;
