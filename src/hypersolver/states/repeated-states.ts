import type { NamedTensors } from "../../runtime/index.js";
import type { Random, Tensor } from "../../tensor/index.js";
import { fromNumbers, isFloat, sizeOf, toFloat64 } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";

/** Initial states [n, …] and the values of controls that belong to them. */
interface Rows {
  readonly z0: Tensor;
  readonly controls: NamedTensors;
}

/** Lines along which a row is moved: a sum of as many differences of rows is nearly normal, one alone has a single direction. */
const LINES = 8;

/**
 * `wanted` rows in random order, each used once before any is used twice. Rows that come again are moved, along lines between
 * two others each, by normal numbers: noise with the rows' own covariance, which keeps their mean and their spread (the
 * smoothed bootstrap: B. Silverman, G. Young, 1987). A hundred rows solved a thousand times teach no more than once.
 * Controls stay those of the row.
 * @param noise over the spread of the rows, see `bandwidthOf`.
 */
export function repeatedStates({ z0, controls }: Rows, noise: number, wanted: number, random: Random): Rows {
  const [count = 1] = z0.shape;
  const order: number[] = [];
  while (order.length < wanted) for (const row of random.permutation(count)) order.push(row);
  const chosen = order.slice(0, wanted);
  const picked = (value: Tensor): Tensor => pickRows(value, chosen);
  return {
    z0: moved(z0, picked(z0), noise, random.fork("noise")),
    controls: Object.fromEntries(Object.entries(controls).map(([name, value]) => [name, picked(value)])),
  };
}

/** @param repeated rows of `given`, the first of them each row once. */
function moved(given: Tensor, repeated: Tensor, noise: number, random: Random): Tensor {
  const [count = 1, ...rest] = given.shape;
  const total = repeated.shape[0] ?? 0;
  if (total <= count || !isFloat(given.dtype)) return repeated;
  const size = sizeOf(rest);
  const rows = toFloat64(given);
  const mean = new Float64Array(size);
  for (let i = 0; i < rows.length; i++) mean[i % size] = (mean[i % size] ?? 0) + (rows[i] ?? 0) / count;
  const values = toFloat64(repeated).slice();
  const shrink = 1 / Math.sqrt(1 + noise ** 2);
  const any = (): number => Math.min(count - 1, Math.floor(random.uniform() * count)) * size;
  for (let start = count * size; start < values.length; start += size) {
    for (let line = 0; line < LINES; line++) {
      // Two rows differ by twice the covariance.
      const by = (noise * random.normal()) / Math.sqrt(2 * LINES);
      const [a, b] = [any(), any()];
      for (let j = 0; j < size; j++)
        values[start + j] = (values[start + j] ?? 0) + by * ((rows[a + j] ?? 0) - (rows[b + j] ?? 0));
    }
    for (let j = 0; j < size; j++) {
      const center = mean[j] ?? 0;
      values[start + j] = center + shrink * ((values[start + j] ?? 0) - center);
    }
  }
  return fromNumbers(values, repeated.shape, given.dtype);
}
