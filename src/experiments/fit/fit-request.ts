import type { FitInputs } from "../../hypersolver/index.js";
import { subjectOf } from "../../hypersolver/internal.js";
import type { AdaptiveMethod, Field } from "../../ode/index.js";
import type { Artifact } from "../kit/artifact.js";
import type { LearnedSolver, Learner } from "./learned-solver.js";

/** A fit from field to report. */
export interface FitRequest<Learned extends LearnedSolver = LearnedSolver> extends FitInputs {
  readonly field: Field;
  /** What the field is called in titles. */
  readonly title: string;
  /** The command line that repeats this run, for the report. */
  readonly command: string;
  /** What is learned, and how, such as `correctionLearner(spec)`. */
  readonly learner: Learner<Learned>;
  /** Held-out states to measure on, and other ones to calibrate bounds of errors on. Default 2000; for images 64. */
  readonly heldOut?: number | undefined;
  /** What errors are measured against. Default: `measuringReference`. */
  readonly measuring?: AdaptiveMethod;
  /** Evaluations of f to compare methods at. Default: as what is learned says. */
  readonly budget?: readonly number[] | undefined;
  /** Measure the other solvers too. Default true; else what was learned and its base alone. */
  readonly compare?: boolean;
  /** Draw figures and write a report. Default true. */
  readonly figures?: boolean;
  /** Called with the file of what was learned before it is measured, and at the end again, with measured errors. */
  readonly onLearned?: ((artifact: Artifact) => Promise<void>) | undefined;
}

/** Default number of held-out states: images are thousands of numbers each. */
export const measuredSamples = (field: Field): number => (subjectOf(field) === "images" ? 64 : 2000);
