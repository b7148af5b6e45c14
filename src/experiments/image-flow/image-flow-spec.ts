import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { heldOutOption } from "../kit/held-out-option.js";
import type { Preset } from "../kit/preset-names.js";

/** What is trained, what is learned of it, and what it is measured on. */
export const imageFlowTable = {
  channels: {
    type: "list",
    of: { type: "integer", min: 1, max: 1024 },
    required: true,
    help: "channels of the U-Net at 28, 14 and 7 pixels",
  },
  trainingIterations: {
    type: "integer",
    min: 0,
    max: most.iterations as number,
    required: true,
    help: "of flow matching; 0 takes the network that comes with the package, whatever is said of channels",
  },
  trainingBatch: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "images a mini-batch",
  },
  learningRate: { type: "number", above: 0, max: 1, required: true, help: "of flow matching" },
  evaluations: {
    type: "list",
    of: { type: "integer", min: 1, max: most.learnedEvaluations as number },
    required: true,
    help: "numbers of evaluations that everything is learned for and measured at",
  },
  corrected: {
    type: "list",
    of: { type: "integer", min: 1, max: most.learnedEvaluations as number },
    required: true,
    help: "numbers of evaluations that corrections are learned for as well",
  },
  coefficientIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "of learned coefficients",
  },
  correctionIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "of corrections",
  },
  jointIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "of coefficients and corrections together",
  },
  trajectories: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "reference trajectories to learn from, for each",
  },
  tolerance: {
    type: "number",
    above: 0,
    required: true,
    help: "of dopri5 for references, those to learn from and those to measure against",
  },
  heldOut: heldOutOption as typeof heldOutOption,
} as const;

export type ImageFlowSpec = Complete<typeof imageFlowTable>;

export const imageFlowPresets: Readonly<Record<Preset, ImageFlowSpec>> = {
  smoke: {
    ...{ channels: [4, 8], trainingIterations: 4, trainingBatch: 4, learningRate: 1e-3, evaluations: [2] },
    ...{ corrected: [2] },
    ...{
      coefficientIterations: 3,
      correctionIterations: 3,
      jointIterations: 3,
      trajectories: 12,
      heldOut: 12,
      tolerance: 1e-3,
    },
  },
  standard: {
    ...{ channels: [16, 32, 112], trainingIterations: 1500, trainingBatch: 32, learningRate: 2e-3 },
    ...{ evaluations: [2, 4, 6, 8, 10], corrected: [2, 4], coefficientIterations: 60 },
    ...{ correctionIterations: 100, tolerance: 1e-4 },
    ...{ jointIterations: 60, trajectories: 64, heldOut: 100 },
  },
  paper: {
    ...{ channels: [32, 64, 128], trainingIterations: 20_000, trainingBatch: 64, learningRate: 1e-3 },
    ...{ evaluations: [2, 4, 6, 8, 10], corrected: [2, 4, 6, 8, 10], coefficientIterations: 500 },
    ...{ correctionIterations: 1000 },
    ...{ jointIterations: 1000, trajectories: 2000, heldOut: 2000, tolerance: 1e-5 },
  },
};
