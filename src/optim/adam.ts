import { add, div, mul, type Node, sqrt, sub } from "../graph/index.js";
import type { Optimizer } from "./optimizer.js";

export interface AdamOptions {
  /** Decay of the mean of gradients. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  readonly beta2?: number;
  /** Keeps the quotient finite. Default 1e-8. */
  readonly epsilon?: number;
  /** Added to the gradient as weightDecay·parameter (L2 penalty); see `adamw` for the decoupled form. Default 0. */
  readonly weightDecay?: number;
}

export type AdamSlot = "m" | "v";
export type AdamScalar = "stepSize" | "epsilon";

/**
 * Adam (Kingma and Ba, 2015), equal to PyTorch's `optim.Adam`:
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², p ← p − lr·m̂/(√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 */
export function adam({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0,
}: AdamOptions = {}): Optimizer<AdamSlot, AdamScalar> {
  return {
    slots: ["m", "v"],
    scalars: (step, learningRate) => {
      const root = Math.sqrt(1 - beta2 ** step);
      return { stepSize: (learningRate * root) / (1 - beta1 ** step), epsilon: epsilon * root };
    },
    update: ({ parameter, gradient, slots, scalars }) => {
      const penalized = weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
      const m = average(slots.m, penalized, beta1);
      const v = average(slots.v, mul(penalized, penalized), beta2);
      // √v̂ + ε = (√v + ε√(1 − β₂ᵗ))/√(1 − β₂ᵗ): the root moves into the scalars and saves a pass over v.
      const quotient = div(m, add(sqrt(v), scalars.epsilon));
      return { parameter: sub(parameter, mul(quotient, scalars.stepSize)), slots: { m, v } };
    },
  };
}

/** decay·before + (1 − decay)·value */
const average = (before: Node, value: Node, decay: number): Node =>
  add(mul(before, decay), mul(value, 1 - decay));
