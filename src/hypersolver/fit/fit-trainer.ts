import type { Training } from "../../optim/index.js";
import type { Trainer } from "../../optim/internal.js";
import type { NamedTensors } from "../../runtime/index.js";

/**
 * A correction in training: the same loop for vectors and images.
 * @param batch the mini-batch of an iteration of the phase.
 */
export function fitTrainer(
  training: Training,
  batch: (iteration: number) => NamedTensors | Promise<NamedTensors>,
): Trainer {
  return {
    step: async (iteration, learningRate) => training.step(await batch(iteration), learningRate),
    values: () => training.parameters(),
    state: () => training.state(),
    restore: (state) => training.restore(state),
    dispose: () => training.dispose(),
  };
}
