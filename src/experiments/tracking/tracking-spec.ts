import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { heldOutOption } from "../kit/held-out-option.js";
import type { Preset } from "../kit/preset-names.js";

/** Bases of the weights, by name; the first is the one whose solvers are compared. */
export const basisNames = ["fourier", "polynomial", "chebyshev", "piecewise"] as const;
export type BasisName = (typeof basisNames)[number];

/** How a correction of Euler is fitted, by name. */
export const fitNames = ["residuals", "trajectories", "both", "small"] as const;
export type FitName = (typeof fitNames)[number];

/** What a run tracks, trains and fits. */
export const trackingTable = {
  waves: {
    type: "integer",
    min: 1,
    max: 100,
    required: true,
    help: "turns of the signal over the span",
  },
  coefficients: {
    type: "integer",
    min: 3,
    max: 1000,
    required: true,
    help: "functions of depth in every basis; an odd number, for Fourier's pairs",
  },
  width: {
    type: "integer",
    min: 1,
    max: most.width as number,
    required: true,
    help: "hidden units of the field",
  },
  bases: {
    type: "list",
    of: { type: "choice", of: basisNames as readonly BasisName[] },
    required: true,
    help: "bases to train fields in, out of {choices}; solvers are compared on the first",
  },
  trainingIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "of each field",
  },
  trainingSteps: {
    type: "integer",
    min: 1,
    max: most.steps as number,
    required: true,
    help: "of RK4 in training",
  },
  fits: {
    type: "list",
    of: { type: "choice", of: fitNames as readonly FitName[] },
    required: true,
    help: "corrections of Euler: {choices}",
  },
  fitIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "of residual fitting",
  },
  trajectoryIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "of trajectory fitting, alone or after residuals",
  },
  trajectories: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "reference trajectories of a fit",
  },
  heldOut: heldOutOption as typeof heldOutOption,
} as const;

export type TrackingSpec = Complete<typeof trackingTable>;

export const trackingPresets: Readonly<Record<Preset, TrackingSpec>> = {
  smoke: {
    ...{ waves: 1, coefficients: 5, width: 8, bases: ["fourier", "piecewise"], trainingIterations: 30 },
    ...{ trainingSteps: 10, fits: ["residuals"], fitIterations: 100, trajectoryIterations: 20 },
    ...{ trajectories: 128, heldOut: 100 },
  },
  standard: {
    ...{ waves: 1, coefficients: 11, width: 32, bases: [...basisNames], trainingIterations: 600 },
    ...{ trainingSteps: 20, fits: [...fitNames], fitIterations: 4000, trajectoryIterations: 600 },
    ...{ trajectories: 2048, heldOut: 1000 },
  },
  paper: {
    ...{ waves: 1, coefficients: 11, width: 64, bases: [...basisNames], trainingIterations: 2000 },
    ...{ trainingSteps: 40, fits: [...fitNames], fitIterations: 16_000, trajectoryIterations: 3000 },
    ...{ trajectories: 4096, heldOut: 2000 },
  },
};
