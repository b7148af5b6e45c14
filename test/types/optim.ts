import { mean, square } from "../../src/graph/index.js";
import {
  adam,
  adamw,
  compileTraining,
  cosineAnnealing,
  type Optimizer,
  type Schedule,
  sgd,
  type Training,
  warmup,
} from "../../src/optim/index.js";
import { zeros } from "../../src/tensor/index.js";

export const optimizers: readonly Optimizer[] = [
  adam(),
  adamw({ weightDecay: 0.01 }),
  sgd({ momentum: 0.9 }),
];
// @ts-expect-error momentum belongs to sgd
adam({ momentum: 0.9 });
// @ts-expect-error the rate is given at each step, by a schedule
sgd({ learningRate: 0.1 });

export const schedule: Schedule = warmup(cosineAnnealing({ from: 1e-3, iterations: 100 }), 10);
// @ts-expect-error how many iterations?
cosineAnnealing({ from: 1e-3 });
// @ts-expect-error a schedule, not a rate
warmup(1e-3, 10);

const parameters = { w: zeros([2, 1], "float32") };
const optimizer = adam();

export function training(): Promise<Training> {
  return compileTraining({
    parameters,
    batch: { x: { shape: ["batch", 2] } },
    loss: (_, { x }) => mean(square(x)),
    optimizer,
  });
}

export function mistakes(): void {
  void compileTraining({
    parameters,
    batch: { x: { shape: ["batch", 2] } },
    // @ts-expect-error the batch has no y
    loss: (_, { y }) => mean(square(y)),
    optimizer,
  });
  void compileTraining({
    parameters,
    batch: { x: { shape: ["batch", 2] } },
    // @ts-expect-error a loss is a node
    loss: () => 0,
    optimizer,
  });
  // @ts-expect-error without an optimizer nothing is learned
  void compileTraining({
    parameters,
    batch: { x: { shape: ["batch", 2] } },
    loss: (_, { x }) => mean(square(x)),
  });
}

/** A rule of one's own reads and returns the slots that it declares. */
export const momentum: Optimizer<"v", "rate"> = {
  slots: ["v"],
  scalars: (_, learningRate) => ({ rate: learningRate }),
  update: ({ parameter, slots: { v } }) => ({ parameter, slots: { v } }),
};
export const forgetful: Optimizer<"v", "rate"> = {
  slots: ["v"],
  // @ts-expect-error the rate is missing
  scalars: () => ({}),
  // @ts-expect-error the new slot is missing
  update: ({ parameter }) => ({ parameter, slots: {} }),
};
