import { mul, type NamedNodes, reduceSum, sum } from "../graph/index.js";
import { compileTraining, type Training, type TrainingProblem } from "../optim/index.js";
import type { StepResult } from "../optim/internal.js";
import type { CompileOptions, NamedTensors } from "../runtime/index.js";
import { prefixed, withPrefix } from "../tensor/internal.js";

/** An optimizer that is handed gradients. */
interface OutsideGradient extends Omit<Training, "step"> {
  /**
   * One update along gradients of the parameters, by name.
   * @param buffers what they become if the step is taken, all of them.
   */
  step(gradients: NamedTensors, learningRate: number, buffers?: NamedTensors): Promise<StepResult>;
}

const BUFFER = "next buffer ";

/**
 * The update of `compileTraining` for gradients that were computed elsewhere, such as through an adaptive solve. Its
 * loss is Σ ⟨θ, given⟩, whose gradient is what was given: clipping, averages, states and checks for NaN are the same.
 */
export async function compileOutsideGradient(
  problem: Pick<TrainingProblem, "parameters" | "buffers" | "optimizer" | "clipNorm" | "averageDecay">,
  options: CompileOptions = {},
): Promise<OutsideGradient> {
  const { parameters, buffers = {} } = problem;
  const names = Object.keys(parameters);
  const training = await compileTraining(
    {
      ...problem,
      batch: Object.fromEntries(
        Object.entries({ ...parameters, ...prefixed(buffers, BUFFER) }).map(([name, { shape, dtype }]) => [
          name,
          { shape, dtype },
        ]),
      ),
      loss: (nodes: NamedNodes, given: NamedNodes) => ({
        loss: sum(...names.map((name) => reduceSum(mul(nodes[name] as never, given[name] as never)))),
        metrics: {},
        buffers: withPrefix(given, BUFFER),
      }),
    },
    options,
  );
  return {
    ...training,
    // A spread would copy the number of now.
    get iteration() {
      return training.iteration;
    },
    step: (gradients, learningRate, next = {}) =>
      training.step({ ...gradients, ...prefixed(next, BUFFER) }, learningRate),
  };
}
