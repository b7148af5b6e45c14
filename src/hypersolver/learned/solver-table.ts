import type { Complete, Spec } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import {
  type ConvActivation,
  type CorrectionInput,
  convActivationNames,
  correctionInputs,
} from "../correction/names.js";
import { coefficientTable } from "./coefficient-table.js";

/** Corrections on coefficients: what networks are like, and how they are trained. */
export const onTopTable = {
  /** The last state is always corrected. */
  every: {
    type: "integer",
    min: 1,
    max: most.learnedEvaluations as number,
    default: 2,
    otherwise:
      "2; all of them for states of more than 16 components where corrections after every 2 cost as much as an evaluation",
    placeholder: "n",
    group: "Corrections on top:",
    help: "evaluations of the field from one correction to the next",
  },
  /** A network of its own costs no arithmetic; one for all has fewer numbers to learn and to store. */
  shared: {
    type: "boolean",
    default: false,
    flag: "--shared",
    group: "Corrections on top:",
    help: "one network for all corrections",
  },
  /** Of images, their channels: fewer than the usual where these cost more than a quarter of the evaluations they follow. */
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    default: [64, 64, 64],
    defaultFor: { images: [32] },
    placeholder: "n,…",
    group: "Corrections on top:",
    help: "widths of the hidden layers; by default two for states of more than 16 components, and fewer where f is small",
  },
  /** Of vectors. The matrix learns what is linear in every direction, and costs as much as a wide layer. */
  layersAlone: {
    type: "boolean",
    appliesTo: ["vectors"],
    flag: "--layers-alone",
    otherwise: "where the matrix would make corrections cost as much as an evaluation",
    group: "Corrections on top:",
    help: "no matrix beside the layers of vectors",
  },
  /** Of vectors. A weight for every component and evaluation, where a layer would have one for every pair of components. */
  mixes: {
    type: "integer",
    min: 1,
    max: most.learnedEvaluations as number,
    appliesTo: ["vectors"],
    otherwise:
      "all of them, of up to 16 components; of more as many sums as terms, or as many as cost less than an evaluation",
    placeholder: "n",
    group: "Corrections on top:",
    help: "sums of state and evaluations that networks see in place of all of them",
  },
  /** Sides of the kernels, one more than `hidden`. */
  kernels: {
    type: "list",
    of: { type: "integer", min: 1, max: most.side as number },
    appliesTo: ["images"],
    otherwise: "1,3 for one hidden layer, else 3 each",
    placeholder: "n,…",
    group: "Corrections on top:",
    help: "sides of the kernels, one more than hidden layers",
  },
  /** `channel-prelu` for images only. */
  activation: {
    type: "choice",
    of: convActivationNames as readonly ConvActivation[],
    default: "silu",
    placeholder: "name",
    group: "Corrections on top:",
    help: "{choices}",
  },
  /** `stages` are the evaluations since the last correction, `features` of the first of them. */
  inputs: {
    type: "list",
    of: { type: "choice", of: correctionInputs as readonly CorrectionInput[] },
    otherwise:
      "z,stages; of images features too, where f has them; s too where one network makes all corrections",
    placeholder: "names",
    group: "Corrections on top:",
    help: "what g sees, out of {choices}",
  },
  features: {
    type: "list",
    of: { type: "text" },
    placeholder: "names",
    group: "Corrections on top:",
    help: "intermediate tensors of the field that g sees as well; hidden: its last hidden layer",
  },
  /** After `iterations` of coefficients alone. */
  jointIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    otherwise:
      "8000 / evaluations, at most 3000; states of more than 16 components: by arithmetic, 800 to 5000; images: 600",
    placeholder: "n",
    group: "Corrections on top:",
    help: "training iterations of coefficients and corrections together, after those of coefficients alone",
  },
  jointBatch: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    default: 512,
    defaultFor: { images: 4 },
    placeholder: "n",
    group: "Corrections on top:",
    help: "states a mini-batch of those",
  },
  /** Of Adam; to zero by half a cosine. */
  jointLearningRate: {
    type: "number",
    min: 0,
    max: most.learningRate as number,
    default: 0.03,
    defaultFor: { images: 0.01 },
    flag: "--joint-lr",
    aliases: ["jointLr"],
    placeholder: "x",
    group: "Corrections on top:",
    help: "first learning rate of those; falls to zero by a half cosine",
  },
  /** Coefficients that have settled move more slowly than networks that have not begun. */
  coefficientRate: {
    type: "number",
    min: 0,
    max: 1,
    default: 0.1,
    placeholder: "x",
    group: "Corrections on top:",
    help: "share of it that moves coefficients",
  },
} as const;

const learnTable = {
  learn: {
    type: "choice",
    of: ["coefficients", "both"],
    default: "both",
    placeholder: "name",
    group: "What to fit:",
    help: "{choices}: coefficients alone, or with corrections on top",
  },
} as const;

/** Fewer iterations before networks join, and more pairs for them. */
const withNetworks = {
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    otherwise: "800; before corrections 200",
    placeholder: "n",
    group: "How to fit:",
    help: "training iterations of coefficients alone",
  },
  trajectories: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    otherwise: "4096; for corrections 16384, of states of more than 16 components 32768; images: 512",
    placeholder: "n",
    group: "How to fit:",
    help: "reference trajectories",
  },
} as const;

type Renewed = keyof typeof withNetworks;

/** What a solver of its own is fitted to do, and how hard to try. */
export const solverTable: typeof learnTable &
  Omit<typeof coefficientTable, Renewed> &
  typeof withNetworks &
  typeof onTopTable = {
  ...learnTable,
  ...coefficientTable,
  ...withNetworks,
  ...onTopTable,
};

/** What a caller says of a fit of a solver. */
export type SolverSpec = Spec<typeof solverTable>;

type CompleteSolver = Complete<typeof solverTable>;

/** With every choice made. */
export type EffectiveSolver = CompleteSolver &
  Required<Pick<CompleteSolver, "start" | "inputs" | "features" | "jointIterations" | Renewed>>;
