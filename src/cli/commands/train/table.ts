import { type ActivationName, activationNames } from "../../../nn/specs.js";
import type { Complete } from "../../../spec/index.js";
import { most } from "../../../spec/internal.js";
import { seedTable, traceTable } from "../../options/tables.js";

/** What a training is told: data, network, objective. */
export const trainTaskTable = {
  data: {
    type: "text",
    required: true,
    flag: "argument",
    expected: "points, or the name of a density",
    placeholder: "data",
    help: "points: FILE.csv, FILE.safetensors[:KEY], or a density: pinwheel, rings, checkerboard, circles, 8-gaussians, two-spirals, moons, swiss-roll",
  },
  out: {
    type: "text",
    otherwise: "runs/DATA",
    placeholder: "folder",
    group: "What to train:",
    help: "where to write",
  },
  objective: {
    type: "choice",
    of: ["flow-matching", "maximum-likelihood", "both"],
    default: "flow-matching",
    placeholder: "name",
    help: "flow-matching solves nothing and is quick; maximum-likelihood solves in every iteration, some hundred times slower; both: after the first, a two-hundredth as many iterations of the second",
  },
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    otherwise: "20000; 1000 for maximum-likelihood",
    placeholder: "n",
    help: "training iterations",
  },
  batch: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    default: 512,
    placeholder: "n",
    help: "points a mini-batch",
  },
  learningRate: {
    type: "number",
    above: 0,
    max: most.learningRate as number,
    otherwise: "0.01; 0.001 for maximum-likelihood",
    flag: "--lr",
    aliases: ["lr"],
    placeholder: "x",
    help: "first learning rate of Adam; falls by a half cosine",
  },
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    default: [128, 128, 128],
    placeholder: "n,…",
    help: "widths of the hidden layers",
  },
  activation: {
    type: "choice",
    of: activationNames as readonly ActivationName[],
    default: "silu",
    placeholder: "name",
    help: "{choices}",
  },
  base: {
    type: "text",
    default: "normal",
    placeholder: "name",
    help: "base distribution: normal, logistic or student-t:NU",
  },
  depth: {
    type: "boolean",
    default: true,
    flagHelp: "a field that does not see s; with flow-matching it learns less",
    help: "whether the field sees s",
  },
  validations: {
    type: "integer",
    min: 1,
    max: most.validations as number,
    default: 24,
    placeholder: "n",
    help: "how often to validate and write a checkpoint",
  },
  resume: {
    type: "boolean",
    help: "go on with the run in OUT, from its checkpoint and by its options; they need not be said again",
  },
  figures: {
    type: "boolean",
    default: true,
    flagHelp: "draw no figures and write no report",
    help: "draw figures and write a report",
  },
} as const;

/** How maximum likelihood solves. */
export const likelihoodTable = {
  tolerance: {
    type: "number",
    above: 0,
    otherwise: "1e-5",
    placeholder: "x",
    group: "How to solve for maximum likelihood:",
    help: "rtol = atol of dopri5 in training",
  },
  gradient: {
    type: "choice",
    of: ["discrete", "continuous"],
    otherwise: "discrete",
    placeholder: "name",
    help: "discrete: exact, memory for every step; continuous: solves the adjoint equation, memory for one",
  },
  seminorm: {
    type: "boolean",
    help: "with --gradient continuous: error control leaves parameters out, fewer steps",
  },
} as const;

/** What is added to the loss of maximum likelihood. */
export const regularizationTable = {
  kinetic: {
    type: "number",
    min: 0,
    otherwise: "0",
    placeholder: "x",
    help: "weight of ∫‖f‖² ds in the loss",
  },
  frobenius: {
    type: "number",
    min: 0,
    otherwise: "0",
    placeholder: "x",
    help: "weight of ∫‖∂f/∂z‖² ds in the loss",
  },
} as const;

/** All options of `train`, in the order of help. */
export const trainTable: typeof trainTaskTable &
  typeof likelihoodTable &
  typeof traceTable &
  typeof regularizationTable &
  typeof seedTable = {
  ...trainTaskTable,
  ...likelihoodTable,
  ...traceTable,
  ...regularizationTable,
  ...seedTable,
};
export type TrainOptions = Complete<typeof trainTable>;
