import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { heldOutOption } from "../kit/held-out-option.js";
import type { Preset } from "../kit/preset-names.js";

/** What is played, and what is spent on it. */
export const adversarialExperimentTable = {
  base: {
    type: "choice",
    of: ["euler", "midpoint", "heun", "rk4"],
    required: true,
    help: "the method that is corrected",
  },
  growth: {
    type: "number",
    min: 1,
    max: 1000,
    required: true,
    help: "how far weights of the field may grow under attack",
  },
  steps: {
    type: "integer",
    min: 1,
    max: most.steps as number,
    required: true,
    help: "steps of the hypersolver over [0, 1]",
  },
  fieldHidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    required: true,
    help: "widths of the field's hidden layers",
  },
  fieldIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "iterations of flow matching that the given field is made by",
  },
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    required: true,
    help: "widths of the hidden layers of g",
  },
  fitIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "iterations of residual fitting on the given field, with which all corrections begin",
  },
  rounds: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "rounds of the game: two updates of g, then one of the field; rivals make three of g",
  },
  adversaries: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "adversaries of the game, one after another",
  },
  attackRounds: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "updates of the field in an attack on a given correction",
  },
  heldOutFields: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "held-out fields: where attacks on the base alone, and on another fitted correction, lead",
  },
  batch: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    required: true,
    help: "states a mini-batch",
  },
  heldOut: heldOutOption as typeof heldOutOption,
} as const;

export type AdversarialExperimentSpec = Complete<typeof adversarialExperimentTable>;

/** `paper` spends more; the paper says of its own setting no more than that the field was a Neural ODE. */
export const adversarialPresets: Readonly<Record<Preset, AdversarialExperimentSpec>> = {
  smoke: {
    base: "heun",
    growth: 1.25,
    steps: 2,
    fieldHidden: [8],
    fieldIterations: 100,
    hidden: [8],
    fitIterations: 50,
    rounds: 20,
    adversaries: 2,
    attackRounds: 20,
    heldOutFields: 2,
    batch: 32,
    heldOut: 64,
  },
  standard: {
    base: "heun",
    growth: 1.25,
    steps: 4,
    fieldHidden: [16],
    fieldIterations: 1500,
    hidden: [32, 32],
    fitIterations: 600,
    rounds: 300,
    adversaries: 3,
    attackRounds: 150,
    heldOutFields: 6,
    batch: 64,
    heldOut: 256,
  },
  paper: {
    base: "heun",
    growth: 1.25,
    steps: 4,
    fieldHidden: [32, 32],
    fieldIterations: 5000,
    hidden: [64, 64, 64],
    fitIterations: 4000,
    rounds: 6000,
    adversaries: 12,
    attackRounds: 600,
    heldOutFields: 20,
    batch: 128,
    heldOut: 1000,
  },
};
