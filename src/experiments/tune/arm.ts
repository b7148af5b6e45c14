import type { LearnedKind } from "../fit/learned-solver.js";
import type { TuneGround } from "./ground.js";
import type { Candidate, Trial } from "./trial.js";

/** A solver that could be learned, by short fits first and longer ones later. */
export interface Arm {
  /** `coefficients n=4`. */
  readonly name: string;
  readonly family: LearnedKind;
  /** Evaluations of f and of g in its solve. */
  readonly nfe: number;
  readonly gCalls: number;
  /** Of a student, which evaluates nothing: the evaluations of f that cost as much arithmetic. */
  readonly worth?: number;
  /** Arms of one size have networks of one cost. */
  readonly size: string;
  /** Training iterations, all phases together, from the shortest fit to the longest. */
  readonly rungs: readonly number[];
  /** Of a mini-batch, about. */
  readonly rows: number;
  /** The fit of a rung. */
  candidate(rung: number): Candidate;
}

/** An arm with the fits it has had so far. */
export interface ArmState {
  readonly arm: Arm;
  /** Its fits, the longest last. */
  readonly trials: Trial[];
  /** The last rung fitted, −1 before any: rungs may be skipped. */
  rung: number;
  isOver: boolean;
}

/** What arms are made for. */
export type ArmSite = Pick<TuneGround, "field" | "span" | "states" | "memory"> & { readonly seed: number };
