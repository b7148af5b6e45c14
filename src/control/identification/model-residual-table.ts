import { type ActivationName, activationNames } from "../../nn/specs.js";
import { parseTableauMethod } from "../../ode/specs.js";
import type { Complete, Spec } from "../../spec/index.js";
import { most, seedRow } from "../../spec/internal.js";

/** How what a model does not know of a plant is learned. */
export const modelResidualTable = {
  /** The solve that h is learned through: so accurate within a step that h is left with the model's errors alone. */
  method: {
    type: "text",
    expected: "a method in fixed steps",
    reads: parseTableauMethod as typeof parseTableauMethod,
    default: "rk4:2",
    placeholder: "method",
    help: "how model and residual are solved within an observed step",
  },
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    default: 2000,
    placeholder: "n",
    help: "training iterations",
  },
  batch: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    default: 512,
    placeholder: "n",
    help: "observed steps a mini-batch",
  },
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    default: [32, 32],
    placeholder: "n,…",
    help: "widths of the hidden layers",
  },
  activation: {
    type: "choice",
    of: activationNames as readonly ActivationName[],
    default: "tanh",
    placeholder: "name",
    help: "{choices}",
  },
  /** Of AdamW; half a cosine to 0. */
  learningRate: {
    type: "number",
    above: 0,
    max: most.learningRate as number,
    default: 0.01,
    placeholder: "x",
    help: "first learning rate; falls by a half cosine",
  },
  weightDecay: { type: "number", min: 0, default: 0.000001, placeholder: "x", help: "weight decay of AdamW" },
  seed: seedRow as typeof seedRow,
} as const;

/** What a caller says of it. */
export type ModelResidualSpec = Spec<typeof modelResidualTable>;
/** With all defaults. */
export type EffectiveModelResidual = Complete<typeof modelResidualTable>;
