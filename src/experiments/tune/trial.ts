import type { Method } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import type { Broken } from "../../tensor/index.js";
import type { LearnedKind } from "../fit/learned-solver.js";
import type { Artifact } from "../kit/artifact.js";
import type { KeptFile } from "../kit/checkpoint-files.js";
import type { MethodLabels } from "../kit/competitor.js";
import type { Costs } from "../kit/contest.js";
import type { Estimate } from "./estimate.js";

/** Where a solver comes from: steps of a classical method, step control, or learning. */
export type Family = "classical" | "adaptive" | LearnedKind;

/** A solver that may be tried. */
export interface Candidate {
  /** Unique within its search: `heun:4`, `coefficients n=4, 200 iterations`. */
  readonly name: string;
  readonly family: Family;
  /** Whatever it depends on besides the field and its states, as JSON. */
  readonly settings: unknown;
  make(context: RunContext, checkpoint: KeptFile): Promise<Made>;
  /** The method out of the file that `make` gave, or out of its spelling where there is none. */
  load(file: LearnedArtifact, spelling: string | undefined): Method;
}

/** A candidate that was made. */
export interface Made {
  readonly method: Method;
  /** Where the method's own says too little. */
  readonly title?: string | undefined;
  /** What was learned, as its file has it; absent where nothing was. */
  readonly file?: LearnedArtifact | undefined;
  /** What making it took, where it was learned. */
  readonly fit?: FitFacts | undefined;
}

/** The file of what was learned. */
export interface LearnedArtifact {
  readonly path: Artifact["path"];
  readonly content: Uint8Array;
}

export interface FitFacts {
  readonly status: "complete" | "interrupted";
  readonly iterations: number;
  readonly parameters: number;
  readonly seconds: { readonly reference: number; readonly fit: number };
}

/** A solver as it was measured on the states of the selection. */
export interface TrialRecord extends MethodLabels, Costs {
  readonly name: string;
  readonly family: Family;
  readonly error: Estimate;
  /** Of one solve of a batch, the fastest of a few: to find what is worth timing well. */
  readonly milliseconds: number;
  /** Of the search, for making and measuring it. */
  readonly seconds: number;
  readonly fit?: FitFacts | undefined;
}

/** The record of a solver that broke. */
export interface BrokenTrial extends Broken {
  readonly name: string;
  readonly family: Family;
  readonly seconds: number;
}

/** Whether step control met a stiff field on the way. */
export const isStiff = (trials: readonly Costs[]): boolean => trials.some(({ stiff }) => stiff === true);

/** A solver that was tried, with its record. */
export interface Trial {
  readonly record: TrialRecord;
  readonly method: Method;
  readonly file?: LearnedArtifact | undefined;
}
