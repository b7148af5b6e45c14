import type { ButcherTableau, FixedMethod } from "../../ode/index.js";
import type { Checkpoint } from "../../optim/index.js";
import type { RunContext } from "../../runtime/index.js";
import type { MachineOptions } from "../../runtime/internal.js";
import type { Correction } from "../correction/correction.js";
import type { EndMemory } from "../learned/end-pairs.js";
import type { StateStream } from "../states/state-stream.js";
import type { StateSource } from "../states/states.js";
import type { CompleteFit } from "./fit-table.js";

export type { FitDirection, FitLoss } from "./fit-table.js";

/** What a fit is given that is no plain data. */
export interface FitInputs {
  /** Initial states at span[0]. */
  readonly states: StateSource | StateStream;
  /**
   * Where to go on, as `onCheckpoint` gave it: the result is the same, bit by bit, as without the break, on the same
   * machine with as many threads. References are solved again.
   */
  readonly checkpoint?: Checkpoint | undefined;
  /** Called after every validation, and at an early end. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => Promise<void> | void) | undefined;
  /**
   * A correction of the same base and inputs to start from instead of the base alone, such as one of a family that is to be
   * adapted to a member. It competes with what becomes of it.
   */
  readonly initial?: Correction | undefined;
  /**
   * Called with every solver that did better in validation than those before it: the fit waits until it
   * returns. That it fails ends nothing, as with a checkpoint.
   */
  readonly onBetter?: ((method: FixedMethod) => Promise<void> | void) | undefined;
  /** For fits through whole solves: references that fits of this field from these states share. An empty one to begin with. */
  readonly memory?: EndMemory | undefined;
}

type Resolved = "features" | "epsilon" | "trajectories" | "trajectoryLearningRate";

/** A spec with every choice made, as far as the field and other choices decide it: plain data, and a spec again. */
export type EffectiveFit = Omit<CompleteFit, Resolved | "architecture"> &
  Required<Pick<CompleteFit, Resolved>>;

/** All that a fit works by: the effective spec, its states, and its run. */
export interface FitSettings extends Omit<EffectiveFit, "base">, Pick<FitInputs, "states" | "initial"> {
  readonly base: ButcherTableau;
  /** What its programs run on. */
  readonly compile: MachineOptions;
  readonly context: RunContext;
}
