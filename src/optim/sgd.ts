import { add, mul, type Node, sub } from "../graph/index.js";
import type { Optimizer } from "./optimizer.js";

interface SgdOptions {
  /** Share of the last step that is kept. Default 0: no memory. */
  readonly momentum?: number;
  /** Looks ahead by one momentum step (Nesterov). Default false. */
  readonly nesterov?: boolean;
  /** Added to the gradient as weightDecay·parameter. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Gradient descent with momentum as in PyTorch's `optim.SGD` (dampening 0): velocity ← momentum·velocity + g,
 * p ← p − lr·velocity. The learning rate stays outside the velocity, unlike Sutskever et al. (2013).
 */
export function sgd({
  momentum = 0,
  nesterov = false,
  weightDecay = 0,
}: SgdOptions = {}): Optimizer<string, "learningRate"> {
  const descend = (parameter: Node, direction: Node, learningRate: Node): Node =>
    sub(parameter, mul(direction, learningRate));
  return {
    slots: momentum === 0 ? [] : ["velocity"],
    scalars: (_step, learningRate) => ({ learningRate }),
    update: ({ parameter, gradient, slots, scalars: { learningRate } }) => {
      const penalized = weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
      if (slots.velocity === undefined)
        return { parameter: descend(parameter, penalized, learningRate), slots: {} };
      const velocity = add(mul(slots.velocity, momentum), penalized);
      const direction = nesterov ? add(penalized, mul(velocity, momentum)) : velocity;
      return { parameter: descend(parameter, direction, learningRate), slots: { velocity } };
    },
  };
}
