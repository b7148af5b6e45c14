import { densityNames } from "../../../data/specs.js";
import {
  type FlowTraining,
  flowDefaults,
  flowTrainings,
  MATCHING_PER_LIKELIHOOD,
} from "../../../experiments/specs.js";
import { baseSpellings, parseBase, TRAINING_TOLERANCES } from "../../../models/specs.js";
import { type ActivationName, activationNames } from "../../../nn/specs.js";
import type { Complete } from "../../../spec/index.js";
import { most, numberText } from "../../../spec/internal.js";
import { forceRow, seedTable, traceTable } from "../../options/tables.js";

/** A default, and another for maximum likelihood. */
const byObjective = (of: Readonly<Record<"flow-matching" | "maximum-likelihood", number>>): string =>
  `${numberText(of["flow-matching"])}; ${numberText(of["maximum-likelihood"])} for maximum-likelihood`;

/** Options of a training: data, network, objective. */
export const trainTaskTable = {
  data: {
    type: "text",
    required: true,
    flag: "argument",
    expected: "points, or the name of a density",
    placeholder: "data",
    help: "points: FILE.csv, FILE.npy, FILE.npz[:KEY], FILE.safetensors[:KEY], - for standard input, or a density: {choices}",
    known: densityNames as readonly string[],
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
    of: flowTrainings as typeof flowTrainings,
    default: flowDefaults.objective as FlowTraining,
    placeholder: "name",
    help: `flow-matching solves no ODE and is quick; maximum-likelihood solves one in every iteration, about a hundred times slower; both: after the first, one iteration of the second for every ${MATCHING_PER_LIKELIHOOD} of it` as string,
  },
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    otherwise: byObjective(flowDefaults.iterations) as string,
    placeholder: "n",
    help: "training iterations",
  },
  batch: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    default: flowDefaults.batch as number,
    placeholder: "n",
    help: "points per mini-batch",
  },
  learningRate: {
    type: "number",
    above: 0,
    max: most.learningRate as number,
    otherwise: byObjective(flowDefaults.learningRate) as string,
    flag: "--lr",
    aliases: ["lr"],
    placeholder: "x",
    help: "initial learning rate of Adam; decays by a half cosine",
  },
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    default: flowDefaults.hidden as readonly number[],
    placeholder: "n,…",
    help: "widths of the hidden layers",
  },
  activation: {
    type: "choice",
    of: activationNames as readonly ActivationName[],
    default: flowDefaults.activation as ActivationName,
    placeholder: "name",
    help: "{choices}",
  },
  base: {
    type: "text",
    default: "normal",
    placeholder: "name",
    known: baseSpellings as readonly string[],
    reads: parseBase as typeof parseBase,
    help: "base distribution: {choices}",
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
    default: flowDefaults.validations as number,
    placeholder: "n",
    help: "how often to validate and write a checkpoint",
  },
  resume: {
    type: "boolean",
    help: "continue the run in OUT from its checkpoint, with its options, which need not be repeated",
  },
  force: forceRow as typeof forceRow,
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
    otherwise: numberText(TRAINING_TOLERANCES.rtol) as string,
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
