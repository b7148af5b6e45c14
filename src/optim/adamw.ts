import { mul } from "../graph/index.js";
import { type AdamOptions, type AdamScalar, type AdamSlot, adam } from "./adam.js";
import type { Optimizer } from "./optimizer.js";

interface AdamWOptions extends AdamOptions {
  /** Parameters shrink by the factor 1 − lr·weightDecay before each step. Default 0.01. */
  readonly weightDecay?: number;
}

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019), equal to PyTorch's `optim.AdamW`. */
export function adamw({
  weightDecay = 0.01,
  ...options
}: AdamWOptions = {}): Optimizer<AdamSlot, AdamScalar | "shrink"> {
  const inner = adam({ ...options, weightDecay: 0 });
  return {
    slots: inner.slots,
    scalars: (step, learningRate) => ({
      ...inner.scalars(step, learningRate),
      shrink: 1 - learningRate * weightDecay,
    }),
    update: ({ parameter, scalars, ...rest }) =>
      inner.update({ ...rest, scalars, parameter: mul(parameter, scalars.shrink) }),
  };
}
