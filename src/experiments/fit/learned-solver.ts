import type { FitInputs, SolveCalibration } from "../../hypersolver/index.js";
import type { Samples } from "../../hypersolver/internal.js";
import type { AdaptiveMethod, Field, FixedMethod, Span } from "../../ode/index.js";
import type { LossCurve } from "../../plot/index.js";
import type { RunContext } from "../../runtime/index.js";
import type { Competitor } from "../kit/competitor.js";
import type { ComparisonRow } from "./comparison.js";

/** What can be learned of a solver. */
export type LearnedKind = "correction" | "coefficients" | "both" | "student";

/** What every spec of a fit has; the rest is of its kind. */
export interface LearnedSpec {
  readonly span: Span;
  readonly trajectories: number;
  readonly seed: number;
}

/** A point of a training curve: means over a block of iterations. */
export interface TrainingPoint {
  /** Last iteration of the block, counted over all phases. */
  readonly iteration: number;
  readonly loss: number;
  /** Which loss that is: phases have different ones. */
  readonly kind: string;
  readonly learningRate: number;
  /** Validation error, where it was measured. */
  readonly error?: number;
  /** The same over the mean norm of the reference, and that of states that were learned from, where both are known. */
  readonly relative?: number | undefined;
  readonly learned?: number | undefined;
}

/** What a report says about a solver besides the numbers. */
export interface LearnedStory {
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly footnotes: readonly string[];
}

/** What was learned, as its file has it. */
export interface LearnedFile<Card extends object = object> {
  readonly content: Uint8Array;
  /** What the file says of where it holds. */
  readonly card: Card;
  /** The same for a report. */
  readonly story: LearnedStory;
}

/** A solver that was fitted to a field, as report, figures and numbers see it, whatever about it was learned. */
export interface LearnedSolver<Spec extends LearnedSpec = LearnedSpec, Card extends object = object> {
  readonly kind: LearnedKind;
  /** Every choice made: fitted by it again, the same comes out. */
  readonly spec: Spec;
  /** The solver as it was fitted, on its mesh. */
  readonly method: FixedMethod;
  /** As tables and figures have it: `HyperHeun`, `NS`. */
  readonly title: string;
  /** What it would be without learning, at as many evaluations of f. */
  readonly base: FixedMethod;
  readonly parameters: number;
  readonly status: "complete" | "interrupted";
  /** Iterations done, over all phases. */
  readonly iterations: number;
  /** Iterations left out by early stopping. */
  readonly spared?: number | undefined;
  readonly losses: readonly TrainingPoint[];
  /** The losses as curves: positive numbers. */
  readonly curves: readonly LossCurve[];
  /** How the states that it learned from were solved. */
  readonly reference: AdaptiveMethod;
  /** What their error alone makes of residuals, where those were learned from. */
  readonly noiseFloor: number | undefined;
  /** The same as a floor of the curves, where they are in its unit. */
  readonly lossFloor: number | undefined;
  /** Of this session for references; of all sessions for the fit. */
  readonly seconds: { readonly reference: number; readonly fit: number };
  /** Name of its file. */
  readonly file: string;
  /** Default evaluations of f to compare methods at. */
  readonly budget: readonly number[];
  /** Everything that it is compared with, itself included. */
  competitors(budget: readonly number[]): Competitor[];
  /**
   * @param samples held-out states.
   * @param comparison what was measured on them; nothing before.
   * @param calibration bounds of its errors; undefined before, and where there are none.
   */
  written(
    samples: Samples,
    comparison: readonly ComparisonRow[],
    calibration: SolveCalibration | undefined,
  ): LearnedFile<Card>;
}

/** Its card. */
export type CardOf<Learned extends LearnedSolver> = ReturnType<Learned["written"]>["card"];

/** What makes a solver for a field out of states. */
export interface Learner<Learned extends LearnedSolver = LearnedSolver> {
  /** The spec with every choice made. @throws INVALID_ARGUMENT that names the option. */
  effective(field: Field): Learned["spec"];
  /** @throws as the fit of its kind: INTERRUPTED where there is nothing to keep yet. */
  learn(field: Field, inputs: FitInputs, context: RunContext): Promise<Learned>;
}
