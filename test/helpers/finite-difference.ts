import { fromNumbers, type Tensor, toFloat64 } from "../../src/tensor/index.js";

/** Step of central differences in float64: truncation and cancellation both near 1e-10. */
const STEP = 1e-5;

/** ∂value/∂x by central differences in float64, element by element. */
export async function centralDifferences(
  value: (x: Tensor) => Promise<number> | number,
  x: Tensor,
): Promise<number[]> {
  const moved = (index: number, by: number): Tensor =>
    fromNumbers(
      toFloat64(x).map((number, i) => (i === index ? number + by : number)),
      x.shape,
      "float64",
    );
  const slopes: number[] = [];
  for (const index of toFloat64(x).keys())
    slopes.push(((await value(moved(index, STEP))) - (await value(moved(index, -STEP)))) / (2 * STEP));
  return slopes;
}
