import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";

/** What the experiment spends. */
export const guardTable = {
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "training iterations of the correction of the FFJORD flow",
  },
  repetitions: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "calibrations, each on states of its own",
  },
  calibration: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "states of a calibration, and as many others for the edges of its bins",
  },
  heldOut: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "states that all calibrations are tried on",
  },
} as const;

export type GuardExperimentSpec = Complete<typeof guardTable>;
