import { mul, type NamedNodes, reduceSum, sum } from "../graph/index.js";
import { compileTraining, type StepResult, type Training, type TrainingOptions } from "../optim/index.js";
import type { NamedTensors } from "../runtime/index.js";

/** An optimiser that is handed gradients. */
export interface OutsideGradient extends Omit<Training, "step"> {
  /** One update along gradients of the parameters, by name. */
  step(gradients: NamedTensors, learningRate: number): Promise<StepResult>;
}

/**
 * The update of `compileTraining` for gradients that were computed elsewhere, such as through an adaptive solve. Its
 * loss is Σ ⟨θ, given⟩, whose gradient is what was given: clipping, averages, states and checks for NaN are the same.
 */
export async function compileOutsideGradient(
  options: Pick<TrainingOptions, "parameters" | "optimizer" | "clipNorm" | "averageDecay" | "compile">,
): Promise<OutsideGradient> {
  const { parameters } = options;
  const names = Object.keys(parameters);
  return compileTraining({
    ...options,
    batch: Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
    ),
    loss: (nodes: NamedNodes, gradients: NamedNodes) =>
      sum(...names.map((name) => reduceSum(mul(nodes[name] as never, gradients[name] as never)))),
  });
}
