import { type ActivationName, activationNames } from "../../nn/specs.js";

/**
 * What a correction may see. `stages` are the values of f that the base step computes anyway; `features` are
 * intermediate tensors of f's first evaluation; both cost nothing. `z0` is the state at the start of the solve.
 */
export const correctionInputs = ["z", "stages", "epsilon", "s", "x", "z0", "features"] as const;
/** One of what g may read. */
export type CorrectionInput = (typeof correctionInputs)[number];

/** Activations of vector corrections. */
export type HiddenActivation = ActivationName | "prelu";
/** `channel-prelu` learns one slope a channel (PyTorch's `PReLU(channels)`), `prelu` one a layer. */
export type ConvActivation = HiddenActivation | "channel-prelu";
export const convActivationNames: readonly ConvActivation[] = [...activationNames, "prelu", "channel-prelu"];

export const convArchitectureNames = [
  "mnist-paper",
  "cifar10-paper",
  "mnist-notebook",
  "mnist-midpoint-notebook",
  "cifar10-notebook",
  "features",
] as const;
export type ConvArchitectureName = (typeof convArchitectureNames)[number];
