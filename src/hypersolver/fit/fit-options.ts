import type { ButcherTableau } from "../../ode/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import type { StateStream } from "../states/state-stream.js";
import type { StateSource } from "../states/states.js";
import type { CompleteFit } from "./fit-table.js";

export type { FitDirection, FitLoss } from "./fit-table.js";

/** Where a fit stands. */
export interface FitProgress {
  readonly phase: "reference" | "fit" | "measure";
  readonly done: number;
  readonly total: number;
  /** Training loss, averaged over the last iterations. */
  readonly loss?: number;
  /** Validation error, when it was just measured: `Fit.bestError` tells in what unit. */
  readonly error?: number;
}

/** What a fit is given that is no plain data. */
export interface FitInputs {
  /** Initial states at span[0]. */
  readonly states: StateSource | StateStream;
}

type Resolved = "features" | "epsilon" | "trajectories" | "trajectoryLearningRate";

/** A spec with every choice made, as far as the field and other choices decide it: plain data, and a spec again. */
export type EffectiveFit = Omit<CompleteFit, Resolved | "architecture"> &
  Required<Pick<CompleteFit, Resolved>>;

/** All that a fit works by: the effective spec, its inputs, and what it needs of the run's context. */
export interface FitSettings extends Omit<EffectiveFit, "base">, FitInputs {
  readonly base: ButcherTableau;
  readonly compile?: CompileOptions;
  readonly onProgress?: (progress: FitProgress) => void;
  readonly signal?: AbortSignal;
}
