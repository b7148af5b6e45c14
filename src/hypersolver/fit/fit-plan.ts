import type { AdaptiveMethod } from "../../ode/index.js";
import type { TrainingTask } from "../../optim/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import type { Correction } from "../correction/correction.js";
import type { FitSettings } from "./fit-settings.js";

/** All that a fit needs to know, whatever the states are. */
export interface FitPlan {
  /** Settings as they turned out. */
  readonly settings: FitSettings;
  /** Phases by the names of their losses. */
  readonly task: TrainingTask;
  readonly reference: AdaptiveMethod;
  /** Mean Euclidean error of the reference over the target step, divided by ε^(p+1): no loss can fall below it. */
  readonly noiseFloor: number;
  /** The correction to hand out for trained parameters. */
  finished(parameters: NamedTensors): Correction;
  dispose(): Promise<void>;
}

/**
 * Which mini-batch an iteration of a phase learns from, in the paper's order (appendix C.2): the first one for a while,
 * then a new one every few iterations.
 */
export function batchNumber({ pretrain, swapEvery }: FitSettings, iteration: number): number {
  if (iteration < Math.max(1, pretrain)) return 0;
  return Math.floor((iteration - pretrain) / swapEvery) + (pretrain === 0 ? 0 : 1);
}

/** What progress calls the phases of a fit. */
export const FITTING = "fitting";
export const FITTING_TRAJECTORIES = "fitting trajectories";
