import type { Complete, Spec } from "../../../spec/index.js";
import { type Checked, most, seedRow } from "../../../spec/internal.js";
import { continuousAdjointTable } from "../../adjoint-table.js";
import { type ClassifierArchitectureName, classifierArchitectureNames } from "../architecture-names.js";

/** How training images are varied. */
const augmentationTable = {
  padding: {
    type: "integer",
    min: 0,
    max: most.side as number,
    required: true,
    unit: "pixels",
    help: "black around an image before a piece of its own size is cut out at random",
  },
  flip: { type: "boolean", required: true, help: "every other image, at random, mirrored left to right" },
} as const;

/** What a classifier is trained by. */
export const classifierTrainingTable = {
  architecture: {
    type: "choice",
    of: classifierArchitectureNames as readonly ClassifierArchitectureName[],
    otherwise: "that of the inputs, or of the classifier to go on from",
    help: "{choices}",
  },
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "training iterations",
  },
  batch: { type: "integer", min: 1, max: most.batch as number, default: 32, help: "images a mini-batch" },
  learningRate: {
    type: "number",
    above: 0,
    max: most.learningRate as number,
    default: 1e-3,
    aliases: ["lr"],
    help: "first learning rate",
  },
  schedule: {
    type: "choice",
    of: ["cosine", "constant"],
    default: "cosine",
    help: "cosine: rises over the first 2 % of the iterations and falls to zero; constant: stays",
  },
  optimizer: { type: "choice", of: ["adam", "adamw"], default: "adam", help: "{choices}" },
  weightDecay: { type: "number", min: 0, otherwise: "0 for adam, 0.01 for adamw", help: "of the parameters" },
  clipNorm: { type: "number", above: 0, default: 1, help: "largest Euclidean norm of the gradient" },
  /** Over the running statistics of the current ones. */
  averageDecay: {
    type: "number",
    above: 0,
    below: 1,
    nullable: true,
    otherwise: "none",
    help: "keeps and validates a moving average of the parameters",
  },
  augmentation: {
    type: "record",
    of: augmentationTable as typeof augmentationTable,
    nullable: true,
    otherwise: "none",
    help: "how training images are varied",
  },
  /** Not by a correction. Tolerances that its spelling does not say are 1e-3. */
  solver: { type: "text", default: "dopri5@1e-3", help: "how training solves, in one spelling" },
  /**
   * Each within half a step of its place: f then cannot be right for one mesh alone, and comes closer to an equation that
   * other solvers agree on. With the gradient `unrolled`.
   */
  randomMesh: {
    type: "boolean",
    default: false,
    help: "draws the inner mesh points of the fixed steps anew in every iteration",
  },
  validationSolver: {
    type: "text",
    otherwise: "as in training; dopri5@1e-3 where meshes are random",
    help: "what validation solves by, in one spelling",
  },
  /**
   * `unrolled`: all fixed steps and the way back in one program, the fastest, with memory for all activations of all steps.
   * `discrete`: the same gradient step by step, with memory for one state a step. `continuous`: the adjoint equation.
   */
  gradient: {
    type: "either",
    of: [
      { type: "choice", of: ["unrolled", "discrete", "continuous"] },
      { type: "record", partial: true, of: continuousAdjointTable as typeof continuousAdjointTable },
    ],
    otherwise: "unrolled for fixed steps, discrete for step control",
    help: "how the loss is differentiated: {choices}, or an adjoint with options of its own",
  },
  validations: {
    type: "integer",
    min: 1,
    max: most.validations as number,
    default: 12,
    help: "how often to validate",
  },
  /** At random out of the training images, where the inputs have no validation images. */
  validation: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    otherwise: "2000, or a fifth of fewer than 10,000",
    help: "training images that training is not to see: they choose the best values",
  },
  seed: seedRow as typeof seedRow,
} as const;

/** What may be said of a classifier's training. */
export type ClassifierTrainingSpec = Spec<typeof classifierTrainingTable>;
/** With the defaults that depend on nothing else. */
export type CompleteClassifierTraining = Complete<typeof classifierTrainingTable>;
/** How the loss is differentiated. */
export type ClassifierGradient = NonNullable<Checked<typeof classifierTrainingTable>["gradient"]>;
