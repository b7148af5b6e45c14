import { type ActivationName, activationNames } from "../../nn/specs.js";
import { EXACT_TRACE_LIMIT, traceEstimators } from "../../ode/specs.js";
import type { Spec } from "../../spec/index.js";
import { type Checked, most, seedRow } from "../../spec/internal.js";
import { continuousAdjointTable } from "../adjoint-table.js";
import { DEFAULT_NOISE, type NoiseKind, noiseKinds } from "./noise-kinds.js";

/** A fully connected vector field. Bounds are in standardized units. */
export const flowNetworkTable = {
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    default: [128, 128, 128],
    help: "widths of the hidden layers",
  },
  activation: {
    type: "choice",
    of: activationNames as readonly ActivationName[],
    default: "tanh",
    help: "{choices}",
  },
  /**
   * Hardly changes z where base and data are. Rare draws from the base's tails, which training hardly sees, then do not
   * run away and make every solve that holds one stiff.
   */
  inputBound: {
    type: "number",
    above: 0,
    nullable: true,
    default: 4,
    help: "the network sees z as r tanh(z/r); none: z as it is",
  },
  /**
   * Off the paths that training knows a network of large weights can be a thousand times faster than anywhere on them;
   * data farther than that from every base draw are out of reach.
   */
  maxSpeed: {
    type: "number",
    above: 0,
    nullable: true,
    default: 12,
    help: "no component of f is faster over the span: f = v tanh(network/v); none: no limit",
  },
  /** Of PyTorch's U(±1/√inputs): the higher, the finer the structure that is learned early. */
  inputGain: { type: "number", above: 0, default: 3, help: "factor on the first layer's first values" },
  timeDependent: { type: "boolean", default: true, help: "whether f sees s, as one more column beside z" },
} as const;

/** How the likelihood is solved, differentiated and regularized. */
export const likelihoodTable = {
  solver: {
    type: "record",
    partial: true,
    of: {
      method: { type: "text", default: "dopri5@1e-5", help: "how to solve, in one spelling" },
      adjoint: {
        type: "either",
        of: [
          { type: "choice", of: ["discrete", "continuous"] },
          {
            type: "record",
            partial: true,
            of: continuousAdjointTable as typeof continuousAdjointTable,
          },
        ],
        default: "discrete",
        help: "discrete: exact, memory for every step; continuous: solves the adjoint equation",
      },
    },
    help: "method and kind of gradient",
  },
  estimator: {
    type: "choice",
    of: traceEstimators as typeof traceEstimators,
    otherwise: `exact up to ${EXACT_TRACE_LIMIT} columns` as string,
    help: "divergence of the field: {choices}",
  },
  noise: {
    type: "choice",
    of: noiseKinds as typeof noiseKinds,
    default: DEFAULT_NOISE as NoiseKind,
    help: "of hutchinson's estimator: {choices}",
  },
  kinetic: { type: "number", min: 0, default: 0, help: "weight of ∫‖f‖² ds in the loss" },
  frobenius: { type: "number", min: 0, default: 0, help: "weight of ∫‖∂f/∂z‖² ds in the loss" },
  toleranceOnState: {
    type: "boolean",
    default: false,
    help: "error control on z alone, not on the log-density and the regularizers",
  },
} as const;

/** A stretch of training with one objective. */
export const trainingPhaseTable = {
  objective: {
    type: "choice",
    of: ["flow-matching", "maximum-likelihood"],
    required: true,
    help: "{choices}",
  },
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "training iterations",
  },
  learningRate: {
    type: "number",
    above: 0,
    max: most.learningRate as number,
    required: true,
    aliases: ["lr"],
    help: "Adam's first",
  },
  /** As in the paper: `constant`. */
  schedule: {
    type: "choice",
    of: ["cosine", "constant"],
    default: "cosine",
    help: "cosine: rises shortly and falls to zero; constant: stays",
  },
  batch: { type: "integer", min: 1, max: most.batch as number, default: 512, help: "rows a mini-batch" },
  likelihood: {
    type: "record",
    partial: true,
    of: likelihoodTable as typeof likelihoodTable,
    help: "of maximum likelihood: how it is solved, differentiated and regularized",
  },
} as const;

/** What a flow is trained by. */
export const flowTrainingTable = {
  /** Each starts from the averaged parameters of the one before. */
  phases: {
    type: "list",
    of: { type: "record", partial: true, of: trainingPhaseTable as typeof trainingPhaseTable },
    required: true,
    help: "stretches of training, one after another",
  },
  network: {
    type: "record",
    partial: true,
    of: flowNetworkTable as typeof flowNetworkTable,
    default: {},
    help: "the vector field",
  },
  validations: {
    type: "integer",
    min: 1,
    max: most.validations as number,
    default: 24,
    help: "how often to validate, over all",
  },
  seed: seedRow as typeof seedRow,
} as const;

/** What may be said of a vector field. */
export type FlowNetwork = Checked<typeof flowNetworkTable>;
/** A stretch of training with one objective. */
export type TrainingPhase = Checked<typeof trainingPhaseTable>;
/** The same before it is checked. */
export type TrainingPhaseSpec = Spec<typeof trainingPhaseTable>;
/** What may be said of a training. */
export type FlowTrainingSpec = Spec<typeof flowTrainingTable>;
/** What a phase minimizes: the regression of the field on straight paths, or −mean log p of the data. */
export const flowObjectives: typeof trainingPhaseTable.objective.of = trainingPhaseTable.objective.of;
/** One of those objectives. */
export type FlowObjective = (typeof flowObjectives)[number];
