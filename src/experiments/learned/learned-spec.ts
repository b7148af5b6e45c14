import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { heldOutOption } from "../kit/held-out-option.js";
import type { Preset } from "../kit/preset-names.js";

/** What can be learned for a number of evaluations, as tables name it. */
export const families = {
  coefficients: "coefficients",
  consistent: "coefficients, consistent",
  correction: "correction of a Runge–Kutta method",
  both: "coefficients and corrections",
  student: "student, no evaluation",
} as const;

export type Family = keyof typeof families;

export const familyNames: readonly Family[] = /* @__PURE__ */ Object.keys(families) as Family[];

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
  start: { type: "text", help: "what coefficients begin with, as `fit --start` says it" },
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    help: "widths, or channels, of the corrections on coefficients",
  },
  families: {
    type: "list",
    of: { type: "choice", of: familyNames as readonly Family[] },
    required: true,
    help: "what is learned: {choices}",
  },
  coefficientIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    help: "training iterations of coefficients alone",
  },
  settlingIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    help: "of coefficients before corrections join",
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
    help: "of the correction",
  },
  trajectoryIterations: {
    type: "integer",
    min: 0,
    max: most.iterations as number,
    help: "of the correction through whole solves, after those",
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

/** For flows: seconds to a few minutes each. */
export const learnedPresets: Readonly<Record<Preset, LearnedExperimentSpec>> = {
  smoke: {
    ...{ evaluations: [2], coefficientsOnly: [3], coefficientIterations: 40, jointIterations: 30 },
    ...{ correctionIterations: 60, studentIterations: 30, trajectories: 1024, heldOut: 200 },
    families: familyNames,
  },
  standard: { evaluations: [1, 2, 4, 8], coefficientsOnly: [6, 12], families: familyNames, heldOut: 2000 },
  paper: {
    ...{ evaluations: [1, 2, 4, 8, 16], coefficientsOnly: [6, 10, 12], coefficientIterations: 3000 },
    ...{ jointIterations: 6000, studentIterations: 20_000, families: familyNames, heldOut: 10_000 },
  },
};

/** For classifiers of images, whose evaluations cost a thousand times as much. */
export const classifierPresets: Readonly<Record<Preset, LearnedExperimentSpec>> = {
  smoke: {
    ...{ evaluations: [2], coefficientsOnly: [], coefficientIterations: 3, settlingIterations: 2 },
    ...{ jointIterations: 3, correctionIterations: 3, trajectoryIterations: 2, studentIterations: 3 },
    ...{ trajectories: 16, families: familyNames, heldOut: 8 },
  },
  standard: {
    ...{ evaluations: [4, 6, 8, 10], coefficientsOnly: [], coefficientIterations: 100 },
    ...{ settlingIterations: 60, jointIterations: 400 },
    ...{ correctionIterations: 300, trajectoryIterations: 100, studentIterations: 600, trajectories: 256 },
    ...{ families: ["coefficients", "correction", "both", "student"], heldOut: 64 },
  },
  paper: {
    ...{ evaluations: [2, 4, 6, 8, 10], coefficientsOnly: [], coefficientIterations: 400 },
    ...{ jointIterations: 4000, correctionIterations: 4000, trajectoryIterations: 1000 },
    ...{ studentIterations: 10_000, trajectories: 4096, families: familyNames, heldOut: 1024 },
  },
};
