import { fromNumbers, type Tensor, toFloat64 } from "../../tensor/index.js";

/** States [n, d] with columns of zeros behind: where integrals that go along start. */
export function withZeroColumns(x: Tensor, columns: number): Tensor {
  const [count = 0, width = 0] = x.shape;
  const wide = width + columns;
  const values = new Float64Array(count * wide);
  const source = toFloat64(x);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < width; j++) values[i * wide + j] = source[i * width + j] ?? 0;
  return fromNumbers(values, [count, wide], x.dtype);
}

/** Columns `from` (inclusive) to `to` (exclusive) of a matrix [n, w]. */
export function columnsOf(x: Tensor, from: number, to: number): Tensor {
  const [count = 0, width = 0] = x.shape;
  const source = toFloat64(x);
  const values = new Float64Array(count * (to - from));
  for (let i = 0; i < count; i++)
    for (let j = from; j < to; j++) values[i * (to - from) + j - from] = source[i * width + j] ?? 0;
  return fromNumbers(values, [count, to - from], x.dtype);
}
