import type { SolveCalibration } from "../../hypersolver/index.js";
import type { DroppedSamples, ReferenceFacts } from "../../hypersolver/internal.js";
import { type Broken, isBroken } from "../../tensor/index.js";
import type { ComparisonRow } from "./comparison.js";
import type { LearnedKind, LearnedSolver, LearnedSpec, TrainingPoint } from "./learned-solver.js";

/** Numbers of one method at the end of the span, on held-out states. */
export interface HeldOutError {
  /** Mean Euclidean distance to the reference. */
  readonly mean: number;
  readonly median: number;
  /** Not exceeded by 95 % of the samples. */
  readonly quantile95: number;
  readonly largest: number;
  /** Mean distance over mean norm of the reference. */
  readonly relative: number;
  /** Of image states: peak signal-to-noise ratio in decibels, where the peak is the range of the reference. */
  readonly psnr?: number;
}

/** Which method it is. */
interface MethodName {
  /** `hyper-heun`. */
  readonly method: string;
  /** `HyperHeun`. */
  readonly title: string;
  readonly steps: number;
}

/** The same with what the method costs. */
export interface MethodResult extends HeldOutError, MethodName {
  readonly nfe: number;
  readonly gCalls: number;
  /** Multiply–accumulates a sample, g included. */
  readonly macs: number;
  readonly milliseconds: number;
}

/** What stands in its place where the method broke on the held-out states. */
export interface BrokenResult extends Broken, MethodName {}

/** Undefined where the method broke. */
export const meanError = (result: MethodResult | BrokenResult | undefined): number | undefined =>
  result === undefined || isBroken(result) ? undefined : result.mean;

/** What a fit is worth. */
export interface FitVerdict {
  /** `nothing`: what was learned breaks, or ends hardly closer than what it began with. */
  readonly outcome: "learned" | "nothing";
  /** Sentences for a warning: what is wrong, why perhaps, and what to try. None where all is well. */
  readonly warnings: readonly string[];
}

/** More states to learn from than were given. */
interface RepeatedRows {
  readonly given: number;
  /** Made of those. */
  readonly learnedFrom: number;
  /** How far rows that came again were moved, over their spread. */
  readonly noise: number;
}

/** What `metrics.json` holds. */
export interface FitMetrics<Spec extends LearnedSpec = LearnedSpec> {
  readonly title: string;
  readonly command: string;
  /** Every choice made: fitted by it again, the same comes out. */
  readonly spec: Spec;
  /** What was learned of the solver. */
  readonly learn: LearnedKind;
  readonly status: LearnedSolver["status"];
  readonly iterations: number;
  /** Iterations left out by early stopping. */
  readonly spared?: number | undefined;
  readonly heldOutSamples: number;
  /** Where as many states were learned from as were not given. */
  readonly rows?: RepeatedRows | undefined;
  /** Held-out samples that even the reference could not solve, which are not among these. */
  readonly dropped: DroppedSamples | undefined;
  /** Why there is no solver.onnx: it breaks on the states that its golden vectors would be of. */
  readonly brokenSolver: Broken | undefined;
  /** What the learned solver would be without learning. */
  readonly base: MethodResult | BrokenResult;
  readonly learned: MethodResult | BrokenResult;
  /** Every method; what was learned and its base alone where the rivals were skipped. */
  readonly comparison: readonly ComparisonRow[];
  /** Whether the other solvers were measured. Absent in results of earlier versions, where they were. */
  readonly rivals?: "measured" | "skipped";
  /** Bounds of errors of what was learned; undefined where there are too few states for any. */
  readonly calibration: SolveCalibration | undefined;
  /** Why there are none. */
  readonly uncalibrated: string | undefined;
  readonly losses: readonly TrainingPoint[];
  /** Of the residuals, where they were learned from. */
  readonly noiseFloor: number | undefined;
  readonly reference: ReferenceFacts;
  /** What errors were measured against, and its own relative error at the end of the span. */
  readonly measuring: ReferenceFacts & {
    readonly noise: number;
    /** Where the field jumps and the reference had to look for it: what to say. */
    readonly warning?: string | undefined;
  };
  readonly parameters: number;
  /** Whether anything was learned, and what to think of. */
  readonly verdict: FitVerdict;
  readonly seconds: { readonly reference: number; readonly fit: number; readonly measure: number };
}
