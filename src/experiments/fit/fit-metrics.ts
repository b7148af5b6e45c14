import type { Fit } from "../../hypersolver/index.js";
import type { DroppedSamples, EffectiveFit, ReferenceFacts } from "../../hypersolver/internal.js";
import { type Broken, isBroken } from "../../tensor/index.js";
import type { ComparisonRow } from "./comparison.js";

/** Numbers of one method at the end of the span, on held-out states. */
export interface HeldOutError {
  /** Mean Euclidean distance to the reference. */
  readonly mean: number;
  readonly median: number;
  readonly largest: number;
  /** Mean distance over mean norm of the reference. */
  readonly relative: number;
}

/** The same with what the method costs. */
export interface MethodResult extends HeldOutError {
  readonly method: string;
  readonly steps: number;
  readonly nfe: number;
  readonly gCalls: number;
  /** Multiply–accumulates a sample, g included. */
  readonly macs: number;
  readonly milliseconds: number;
}

/** What stands in its place where the method broke on the held-out states. */
export interface BrokenResult extends Broken {
  readonly method: string;
  readonly steps: number;
}

/** Undefined where the method broke. */
export const meanError = (result: MethodResult | BrokenResult | undefined): number | undefined =>
  result === undefined || isBroken(result) ? undefined : result.mean;

/** What `metrics.json` holds. */
export interface FitMetrics {
  readonly title: string;
  readonly command: string;
  /** Every choice made: fitted by it again, the same comes out. */
  readonly spec: EffectiveFit;
  readonly status: Fit["status"];
  readonly iterations: number;
  readonly heldOutSamples: number;
  /** Held-out samples that even the reference could not solve, which are not among these. */
  readonly dropped: DroppedSamples | undefined;
  /** Why there is no solver.onnx: it breaks on the states that its golden vectors would be of. */
  readonly brokenSolver: Broken | undefined;
  readonly base: MethodResult | BrokenResult;
  readonly hypersolver: MethodResult | BrokenResult;
  readonly comparison: readonly ComparisonRow[];
  readonly losses: Fit["losses"];
  readonly noiseFloor: number;
  readonly reference: ReferenceFacts;
  /** What errors were measured against, and its own relative error at the end of the span. */
  readonly measuring: ReferenceFacts & { readonly noise: number };
  readonly parameters: number;
  readonly seconds: { readonly reference: number; readonly fit: number; readonly measure: number };
}
