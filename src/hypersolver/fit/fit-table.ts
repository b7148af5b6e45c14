import { methodNames, requireTableauName, tableauTable } from "../../ode/specs.js";
import type { Complete, Spec } from "../../spec/index.js";
import { most, seedRow } from "../../spec/internal.js";
import { convArchitectureTable } from "../correction/conv-architecture-table.js";
import {
  type ConvActivation,
  type ConvArchitectureName,
  type CorrectionInput,
  convActivationNames,
  convArchitectureNames,
  correctionInputs,
} from "../correction/names.js";
import { spanRow } from "./fit-rows.js";

/**
 * What a hypersolver is fitted to do, and how hard to try. Defaults were chosen by measuring on the FFJORD flow
 * (bench/README.md tells how); those for images are the schedule of Poli et al. (2020), appendix C.2, with its
 * mini-batches for CIFAR-10: with those for MNIST, 32 images, trajectory fitting of 32 channels takes gigabytes.
 */
export const fitTable = {
  /** Any explicit method by name, or by the coefficients of `defineTableau`; the hypersolver has its order. */
  base: {
    type: "either",
    of: [
      {
        type: "text",
        expected: "a method",
        pattern: "^[^{]",
        known: methodNames as readonly string[],
        reads: requireTableauName as typeof requireTableauName,
      },
      { type: "record", of: tableauTable as typeof tableauTable },
    ],
    required: true,
    placeholder: "method",
    group: "What to fit:",
    help: "the method to correct: {choices}; or alpha(A), of order 2 with its second stage at A",
  },
  /** Number of steps over the span that it is meant for. */
  steps: {
    type: "integer",
    min: 1,
    max: most.steps as number,
    required: true,
    placeholder: "k",
    group: "What to fit:",
    help: "number of equal steps over the span",
  },
  span: spanRow as typeof spanRow,
  /** `residual`: g against residuals on reference trajectories; `trajectory`: endpoints through f; `both`: their sum. */
  loss: {
    type: "choice",
    of: ["residual", "trajectory", "both"],
    default: "residual",
    placeholder: "name",
    group: "How to fit:",
    help: "{choices}",
  },
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 16_000,
    defaultFor: { images: 1000 },
    placeholder: "n",
    group: "How to fit:",
    help: "training iterations",
  },
  /** From the best correction until then: with residual loss, "residual first, then trajectory". */
  trajectoryIterations: {
    type: "integer",
    min: 0,
    max: most.iterations as number,
    default: 0,
    placeholder: "n",
    group: "How to fit:",
    help: "iterations of trajectory fitting after those",
  },
  /** For images, whole trajectories. */
  batch: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    default: 512,
    defaultFor: { images: 16 },
    placeholder: "n",
    group: "How to fit:",
    help: "rows a mini-batch",
  },
  /** For images, their channels. */
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    default: [64, 64, 64],
    otherwise: "64,64,64; images: as the architecture",
    placeholder: "n,…",
    group: "How to fit:",
    help: "widths of the hidden layers",
  },
  /** `channel-prelu` for images only. */
  activation: {
    type: "choice",
    of: convActivationNames as readonly ConvActivation[],
    default: "silu",
    otherwise: "silu; images: as the architecture",
    placeholder: "name",
    group: "How to fit:",
    help: "{choices}",
  },
  /** Of AdamW; follows half a cosine to `finalLearningRate` after a short rise. */
  learningRate: {
    type: "number",
    min: 0,
    max: most.learningRate as number,
    default: 0.03,
    defaultFor: { images: 0.01 },
    flag: "--lr",
    aliases: ["lr"],
    placeholder: "x",
    group: "How to fit:",
    help: "first learning rate; falls by a half cosine",
  },
  finalLearningRate: {
    type: "number",
    min: 0,
    max: most.learningRate as number,
    default: 0,
    defaultFor: { images: 0.0005 },
    flag: "--final-lr",
    aliases: ["finalLr"],
    placeholder: "x",
    group: "How to fit:",
    help: "last learning rate",
  },
  /** To a tenth of `finalLearningRate`. */
  trajectoryLearningRate: {
    type: "number",
    min: 0,
    max: most.learningRate as number,
    otherwise: "a tenth of the first",
    flag: "--trajectory-lr",
    aliases: ["trajectoryLr"],
    placeholder: "x",
    group: "How to fit:",
    help: "initial learning rate of trajectory fitting",
  },
  weightDecay: {
    type: "number",
    min: 0,
    default: 0.000001,
    placeholder: "x",
    group: "How to fit:",
    help: "weight decay of AdamW",
  },
  inputs: {
    type: "list",
    of: { type: "choice", of: correctionInputs as readonly CorrectionInput[] },
    default: ["z", "stages", "epsilon"],
    otherwise: "z,stages,epsilon; images: as the architecture",
    placeholder: "names",
    group: "How to fit:",
    help: "what g sees, out of {choices}",
  },
  /** Intermediate tensors of f that g reads, when `inputs` has "features". */
  features: {
    type: "list",
    of: { type: "text" },
    placeholder: "names",
    group: "How to fit:",
    help: "intermediate tensors of the field that g sees as well; hidden: its last hidden layer",
  },
  /** Step sizes to learn beside those of the target mesh, without sign; `null`: the target mesh alone. */
  epsilon: {
    type: "range",
    nullable: true,
    otherwise: "half to twice the step",
    defaultFor: { images: null },
    placeholder: "lo,hi",
    group: "How to fit:",
    help: "further step sizes to learn, or none",
  },
  trajectories: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    otherwise: "enough for 65536 rows",
    defaultFor: { images: 4096 },
    placeholder: "n",
    group: "How to fit:",
    help: "reference trajectories",
  },
  /**
   * They share the random places and sizes of their steps: where f changes fast with s, few together show g many of them,
   * and references take longer.
   */
  together: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    default: 1024,
    appliesTo: ["vectors"],
    placeholder: "n",
    group: "How to fit:",
    help: "trajectories that share their random steps; fewer where f changes fast with s",
  },
  /** From ε^(p+1) where it is not given. */
  referenceTolerance: {
    type: "number",
    above: 0,
    otherwise: "from the step",
    placeholder: "x",
    group: "How to fit:",
    help: "rtol = atol of the reference",
  },
  /** As the paper begins. */
  pretrain: {
    type: "integer",
    min: 0,
    max: most.iterations as number,
    default: 0,
    defaultFor: { images: 100 },
    placeholder: "n",
    group: "How to fit:",
    help: "iterations on the first mini-batch alone",
  },
  swapEvery: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 1,
    defaultFor: { images: 10 },
    placeholder: "n",
    group: "How to fit:",
    help: "iterations before the next mini-batch",
  },
  /**
   * `both`: g also learns every step backwards, along the same references, so that one correction samples a flow and
   * evaluates its density. Needs residual loss, and "epsilon" among the inputs.
   */
  directions: {
    type: "choice",
    of: ["forward", "both"],
    default: "forward",
    placeholder: "name",
    group: "How to fit:",
    help: "forward, or both: learn every step backwards as well",
  },
  /** Gradients through f in trajectory fitting. */
  throughField: {
    type: "boolean",
    default: true,
    flag: "--detach-field",
    flagHelp: "stop gradients at f in trajectory losses, as the paper's code does",
    group: "How to fit:",
    help: "gradients through f in trajectory losses",
  },
  /**
   * Inputs, layers and activation together, by name or as data. Options given beside it go first. Default:
   * `defaultArchitecture`; `mnist-paper` beside `hidden`, `kernels` or `inputs`.
   */
  architecture: {
    type: "either",
    of: [
      { type: "choice", of: convArchitectureNames as readonly ConvArchitectureName[] },
      { type: "record", of: convArchitectureTable as typeof convArchitectureTable },
    ],
    appliesTo: ["images"],
    otherwise: "features where f has a hidden layer for it, else mnist-paper",
    placeholder: "name",
    group: "For fields of images:",
    help: "{choices}",
  },
  /** One more than `hidden`. */
  kernels: {
    type: "list",
    of: { type: "integer", min: 1, max: most.side as number },
    appliesTo: ["images"],
    placeholder: "n,…",
    group: "For fields of images:",
    help: "sides of the kernels, one a layer",
  },
  /** Drawn anew each time. */
  meshPoints: {
    type: "integer",
    min: 1,
    max: most.steps as number,
    appliesTo: ["images"],
    otherwise: "all",
    placeholder: "n",
    group: "For fields of images:",
    help: "steps an iteration sees",
  },
  /** For reuse. One mini-batch is always kept. */
  referenceMemory: {
    type: "number",
    min: 0,
    default: 512,
    unit: "MiB",
    placeholder: "MiB",
    group: "For fields of images:",
    help: "reference states to keep",
  },
  seed: seedRow as typeof seedRow,
} as const;

/** What a caller says of a fit. */
export type FitSpec = Spec<typeof fitTable>;
/** With the defaults that depend on nothing else. */
export type CompleteFit = Complete<typeof fitTable>;

const fitLosses: typeof fitTable.loss.of = fitTable.loss.of;
export type FitLoss = (typeof fitLosses)[number];
const fitDirections: typeof fitTable.directions.of = fitTable.directions.of;
export type FitDirection = (typeof fitDirections)[number];
