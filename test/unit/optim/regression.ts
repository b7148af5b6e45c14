import { gemm, mean, type Node, square, sub } from "../../../src/graph/index.js";
import {
  compileTraining,
  type Optimizer,
  type Training,
  type TrainingProblem,
} from "../../../src/optim/index.js";
import { draw, fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";

export const rows = 8;
const random = new Random(4);
/** Features u, v and noise-free targets y = 3u − 2v + 0.5: the least-squares solution is known. */
export const x: Tensor = fromNumbers(
  draw(2 * rows, () => random.normal()),
  [rows, 2],
);
export const y: Tensor = fromNumbers(
  Float64Array.from({ length: rows }, (_, i) => 3 * at(x, 2 * i) - 2 * at(x, 2 * i + 1) + 0.5),
  [rows, 1],
);
export const start: Readonly<Record<"weight" | "bias", Tensor>> = {
  weight: fromNumbers([0.1, 0.2], [1, 2]),
  bias: fromNumbers([0.3], [1]),
};

export function at(value: Tensor, i: number): number {
  return toFloat64(value)[i] ?? Number.NaN;
}

export const regression = (
  optimizer: Optimizer,
  more: Pick<TrainingProblem, "averageDecay" | "clipNorm"> = {},
): Promise<Training> =>
  compileTraining({
    parameters: start,
    batch: { x: { shape: [rows, 2] }, y: { shape: [rows, 1] } },
    loss: ({ weight, bias }, batch) =>
      mean(square(sub(gemm(batch.x, weight as Node, bias, { transposeB: true }), batch.y))),
    optimizer,
    ...more,
  });

export async function train(training: Training, steps: number, rate: number): Promise<number> {
  let loss = Number.NaN;
  for (let i = 0; i < steps; i++) ({ loss } = await training.step({ x, y }, rate));
  return loss;
}
