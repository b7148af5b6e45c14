import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { type ConvActivation, type CorrectionInput, convActivationNames, correctionInputs } from "./names.js";

/** What describes a convolutional correction. */
export const convArchitectureTable = {
  inputs: {
    type: "list",
    of: { type: "choice", of: correctionInputs as readonly CorrectionInput[] },
    required: true,
    help: "what g sees, out of {choices}",
  },
  /** Or one hidden layer as wide as makes g cost this share of f's multiply–accumulates. */
  hidden: {
    type: "either",
    of: [
      { type: "list", of: { type: "integer", min: 1, max: most.width as number } },
      {
        type: "record",
        of: { share: { type: "number", above: 0, required: true, help: "of f's multiply-accumulates" } },
      },
    ],
    required: true,
    help: "channels of the hidden layers; or one layer that costs a share of f",
  },
  kernels: {
    type: "list",
    of: { type: "integer", min: 1, max: most.side as number },
    required: true,
    help: "sides of the kernels, one more than hidden layers",
  },
  activation: {
    type: "choice",
    of: convActivationNames as readonly ConvActivation[],
    required: true,
    help: "{choices}",
  },
} as const;

/** A convolutional correction as data. */
export type ConvArchitecture = Complete<typeof convArchitectureTable>;
