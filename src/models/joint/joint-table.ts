import { followTable } from "../../hypersolver/specs.js";
import type { Complete, Spec } from "../../spec/index.js";
import { most, seedRow } from "../../spec/internal.js";

/** A field and its hypersolver, trained together. */
export const jointTable = {
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "training iterations of the field",
  },
  learningRate: {
    type: "number",
    above: 0,
    max: most.learningRate as number,
    default: 1e-3,
    aliases: ["lr"],
    help: "Adam's first, for the field",
  },
  schedule: {
    type: "choice",
    of: ["cosine", "constant"],
    default: "cosine",
    help: "cosine: rises over the first 2 % of the iterations and falls to zero; constant: stays",
  },
  clipNorm: { type: "number", above: 0, default: 1, help: "largest Euclidean norm of the field's gradient" },
  averageDecay: {
    type: "number",
    above: 0,
    below: 1,
    nullable: true,
    default: 0.99,
    help: "keeps and validates a moving average of the field's parameters",
  },
  /** Fixed steps are unrolled into one program. Tolerances that its spelling does not say are 1e-4. */
  solver: { type: "text", default: "dopri5@1e-4", help: "the classical solver of the task, in one spelling" },
  /**
   * `solver`: the classical one always; g, if there is one, only follows. `hypersolver`: g's from the first iteration on.
   * `switching`: the classical one until the hypersolver's measured error is below `threshold`, and again while it is not.
   */
  drive: {
    type: "choice",
    of: ["solver", "hypersolver", "switching"],
    default: "switching",
    help: "who solves the task: {choices}",
  },
  hypersolver: {
    type: "record",
    partial: true,
    of: followTable as typeof followTable,
    help: "steps, network and learning rate of g",
  },
  updates: {
    type: "integer",
    min: 0,
    max: most.iterations as number,
    default: 8,
    help: "updates of g each time that it follows",
  },
  every: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 4,
    help: "iterations of the field from one time that g follows to the next",
  },
  rows: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    default: 32,
    help: "rows of the mini-batch that references are solved for: g learns from them, and is measured on them before",
  },
  /** Mean distance at the end of the span over the mean norm there, smoothed over five looks. */
  threshold: {
    type: "number",
    above: 0,
    default: 1e-2,
    help: "relative error of the hypersolver below which it takes over",
  },
  /** Between the two nothing changes, so that noise does not switch to and fro. */
  release: {
    type: "number",
    min: 1,
    default: 2,
    help: "the classical solver takes over again above this many times the threshold",
  },
  validations: {
    type: "integer",
    min: 1,
    max: most.validations as number,
    default: 20,
    help: "how often to validate",
  },
  seed: seedRow as typeof seedRow,
} as const;

/** What may be said of a joint training. */
export type JointSpec = Spec<typeof jointTable>;
/** With all defaults. */
export type CompleteJoint = Complete<typeof jointTable>;
