import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { heldOutOption } from "../kit/held-out-option.js";
import type { Preset } from "../kit/preset-names.js";

/** What is learned, and what is spent on it. What is not said has the defaults of `fit`. */
export const learnedTable = {
  evaluations: {
    type: "list",
    of: { type: "integer", min: 1, max: most.learnedEvaluations as number },
    required: true,
    help: "numbers of evaluations that everything is learned for",
  },
  coefficientsOnly: {
    type: "list",
    of: { type: "integer", min: 1, max: most.learnedEvaluations as number },
    required: true,
    help: "further ones, for coefficients alone",
  },
  coefficientIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    help: "training iterations of coefficients alone",
  },
  jointIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    help: "of coefficients and corrections together",
  },
  correctionIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    help: "of the correction of Heun",
  },
  studentIterations: { type: "integer", min: 1, max: most.iterations as number, help: "of students" },
  trajectories: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    help: "reference trajectories to learn from, for each",
  },
  heldOut: heldOutOption as typeof heldOutOption,
} as const;

export type LearnedExperimentSpec = Complete<typeof learnedTable>;

export const learnedPresets: Readonly<Record<Preset, LearnedExperimentSpec>> = {
  smoke: {
    ...{ evaluations: [2], coefficientsOnly: [3], coefficientIterations: 40, jointIterations: 30 },
    ...{ correctionIterations: 60, studentIterations: 30, trajectories: 1024, heldOut: 200 },
  },
  standard: { evaluations: [1, 2, 4, 8], coefficientsOnly: [6, 12], heldOut: 2000 },
  paper: {
    ...{ evaluations: [1, 2, 4, 8, 16], coefficientsOnly: [6, 10, 12], coefficientIterations: 3000 },
    ...{ jointIterations: 6000, studentIterations: 20_000, heldOut: 10_000 },
  },
};
