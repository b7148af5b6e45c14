import { type ActivationName, activationNames } from "../../nn/specs.js";
import type { Complete, Spec } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { fitTable } from "../fit/fit-table.js";

type Of = typeof fitTable;

/** What is said of a fit to several fields at once. */
export const sharedTable = {
  base: fitTable.base as Of["base"],
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 4000,
    placeholder: "n",
    group: "How to fit:",
    help: "training iterations",
  },
  batch: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    default: 256,
    placeholder: "n",
    group: "How to fit:",
    help: "rows of every field in a mini-batch",
  },
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    default: [64, 64],
    placeholder: "n,…",
    group: "How to fit:",
    help: "widths of the hidden layers",
  },
  activation: {
    type: "choice",
    of: activationNames as readonly ActivationName[],
    default: "silu",
    placeholder: "name",
    group: "How to fit:",
    help: "{choices}",
  },
  learningRate: {
    type: "number",
    min: 0,
    max: most.learningRate as number,
    default: 0.003,
    flag: "--lr",
    aliases: ["lr"],
    placeholder: "x",
    group: "How to fit:",
    help: "first learning rate; falls by a half cosine",
  },
  finalLearningRate: fitTable.finalLearningRate as Of["finalLearningRate"],
  weightDecay: fitTable.weightDecay as Of["weightDecay"],
  trajectories: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    default: 2048,
    placeholder: "n",
    group: "How to fit:",
    help: "reference trajectories of every field",
  },
  referenceTolerance: fitTable.referenceTolerance as Of["referenceTolerance"],
  seed: fitTable.seed as Of["seed"],
} as const;

/** What a caller says of it. */
export type SharedSpec = Spec<typeof sharedTable>;
/** With every default. */
export type CompleteShared = Complete<typeof sharedTable>;
