import type { Complete, Spec } from "../../spec/index.js";
import { most, seedRow } from "../../spec/internal.js";
import { type ConvActivation, convActivationNames } from "../correction/names.js";
import { spanRow } from "../fit/fit-rows.js";
import { coefficientTable } from "../learned/coefficient-table.js";

type Shared = typeof coefficientTable;

/** How large a student is, what it imitates, and how hard to try. */
export const studentTable = {
  /** One of the two: multiply–accumulates a sample, or those of so many evaluations of the field. */
  macs: {
    type: "integer",
    min: 1,
    max: most.macs as number,
    otherwise: "those of --evaluations",
    placeholder: "n",
    group: "For students:",
    help: "multiply–accumulates of the network, at most",
  },
  evaluations: {
    type: "integer",
    min: 1,
    max: most.learnedEvaluations as number,
    placeholder: "n",
    group: "What to fit:",
    help: "as much arithmetic as so many evaluations of the field",
  },
  span: spanRow as typeof spanRow,
  layers: {
    type: "integer",
    min: 1,
    max: most.layers as number,
    default: 4,
    placeholder: "n",
    group: "For students:",
    help: "hidden layers, all of one width",
  },
  /** `channel-prelu` for images only. */
  activation: {
    type: "choice",
    of: convActivationNames as readonly ConvActivation[],
    default: "silu",
    placeholder: "name",
    group: "For students:",
    help: "{choices}",
  },
  loss: coefficientTable.loss as Shared["loss"],
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 3000,
    defaultFor: { images: 600 },
    placeholder: "n",
    group: "How to fit:",
    help: "training iterations",
  },
  batch: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    default: 512,
    defaultFor: { images: 4 },
    placeholder: "n",
    group: "How to fit:",
    help: "rows a mini-batch",
  },
  trajectories: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    default: 16_384,
    defaultFor: { images: 512 },
    placeholder: "n",
    group: "How to fit:",
    help: "reference trajectories",
  },
  /** Of Adam; follows half a cosine to `finalLearningRate` after a short rise. Convolutions learn nothing at that of vectors. */
  learningRate: {
    type: "number",
    min: 0,
    max: most.learningRate as number,
    default: 0.02,
    defaultFor: { images: 0.001 },
    flag: "--lr",
    aliases: ["lr"],
    placeholder: "x",
    group: "How to fit:",
    help: "first learning rate; falls by a half cosine",
  },
  finalLearningRate: coefficientTable.finalLearningRate as Shared["finalLearningRate"],
  referenceTolerance: coefficientTable.referenceTolerance as Shared["referenceTolerance"],
  patience: coefficientTable.patience as Shared["patience"],
  seed: seedRow as typeof seedRow,
} as const;

/** What a caller says of a student. */
export type StudentFitSpec = Spec<typeof studentTable>;
/** With every choice made: `macs` says the size. */
export type EffectiveStudent = Omit<Complete<typeof studentTable>, "macs" | "evaluations"> & {
  readonly macs: number;
  readonly evaluations?: undefined;
};
