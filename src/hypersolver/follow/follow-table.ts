import type { Complete, Spec } from "../../spec/index.js";
import { most, seedRow } from "../../spec/internal.js";
import { type ConvActivation, type CorrectionInput, convActivationNames } from "../correction/names.js";
import { fitTable } from "../fit/fit-table.js";

/** What g may see while it follows a field: nothing that a field in training may not have. */
export const followInputs: readonly ["z", "stages", "epsilon", "s", "z0"] = [
  "z",
  "stages",
  "epsilon",
  "s",
  "z0",
] as const satisfies readonly CorrectionInput[];

/** A hypersolver that learns while its field does. */
export const followTable = {
  base: { ...fitTable.base, required: false, default: "heun" } as Omit<typeof fitTable.base, "required"> & {
    readonly default: "heun";
  },
  steps: fitTable.steps as typeof fitTable.steps,
  span: fitTable.span as typeof fitTable.span,
  inputs: {
    type: "list",
    of: { type: "choice", of: followInputs as typeof followInputs },
    default: ["z", "stages", "s"],
    help: "what g sees, out of {choices}",
  },
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    default: [64, 64],
    help: "widths of the hidden layers of g; for images, their channels",
  },
  activation: {
    type: "choice",
    of: convActivationNames as readonly ConvActivation[],
    default: "silu",
    help: "{choices}",
  },
  /** One more than `hidden`, odd. */
  kernels: {
    type: "list",
    of: { type: "integer", min: 1, max: most.side as number },
    otherwise: "3 for every layer, for images",
    help: "sides of the kernels, one a layer",
  },
  /** Of Adam, on the residuals relative to their size. */
  learningRate: {
    type: "number",
    above: 0,
    max: most.learningRate as number,
    default: 1e-2,
    aliases: ["lr"],
    help: "learning rate of g",
  },
  /** A moving average of g's weights is what solves: single updates are noisy. */
  averageDecay: {
    type: "number",
    min: 0,
    below: 1,
    default: 0.95,
    help: "decay of the moving average of g's weights, an update",
  },
  /** Older ones are wrong by what the field has moved, and cost no reference. */
  memory: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 8,
    help: "observations that g learns from, the newest and those before it",
  },
  referenceTolerance: {
    type: "number",
    above: 0,
    default: 1e-5,
    help: "rtol = atol of the dopri5 that g learns from",
  },
  seed: seedRow as typeof seedRow,
} as const;

/** What may be said of a hypersolver that follows its field. */
export type FollowSpec = Spec<typeof followTable>;
/** With all defaults. */
export type CompleteFollow = Complete<typeof followTable>;
