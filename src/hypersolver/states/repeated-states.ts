import type { NamedTensors } from "../../runtime/index.js";
import type { Random, Tensor } from "../../tensor/index.js";
import { fromNumbers, isFloat, sizeOf, toFloat64 } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";

/** Initial states [n, …] and the values of controls that belong to them. */
interface Rows {
  readonly z0: Tensor;
  readonly controls: NamedTensors;
}

/** Of the spread of the rows: how far a row that comes again is moved. */
export const REPEATED_NOISE = 0.3;

/**
 * `wanted` rows in random order, each used once before any is used twice. Rows that come again are moved, along the line
 * between two others and by a normal number: noise with the rows' own covariance, which keeps their mean and their spread
 * (the smoothed bootstrap: B. Silverman, G. Young, 1987). A hundred rows solved a thousand times teach no more than once.
 * Controls stay those of the row.
 */
export function repeatedStates({ z0, controls }: Rows, wanted: number, random: Random): Rows {
  const [count = 1] = z0.shape;
  const order: number[] = [];
  while (order.length < wanted) for (const row of random.permutation(count)) order.push(row);
  const chosen = order.slice(0, wanted);
  const picked = (value: Tensor): Tensor => pickRows(value, chosen);
  return {
    z0: moved(z0, picked(z0), random.fork("noise")),
    controls: Object.fromEntries(Object.entries(controls).map(([name, value]) => [name, picked(value)])),
  };
}

/** @param repeated rows of `given`, the first of them each row once. */
function moved(given: Tensor, repeated: Tensor, random: Random): Tensor {
  const [count = 1, ...rest] = given.shape;
  const total = repeated.shape[0] ?? 0;
  if (total <= count || !isFloat(given.dtype)) return repeated;
  const size = sizeOf(rest);
  const rows = toFloat64(given);
  const mean = new Float64Array(size);
  for (let i = 0; i < rows.length; i++) mean[i % size] = (mean[i % size] ?? 0) + (rows[i] ?? 0) / count;
  const values = toFloat64(repeated).slice();
  const shrink = 1 / Math.sqrt(1 + REPEATED_NOISE ** 2);
  const any = (): number => Math.min(count - 1, Math.floor(random.uniform() * count)) * size;
  for (let row = count; row < total; row++) {
    // Two rows differ by twice the covariance.
    const by = (REPEATED_NOISE * random.normal()) / Math.SQRT2;
    const [a, b] = [any(), any()];
    for (let j = 0; j < size; j++) {
      const center = mean[j] ?? 0;
      const away = (values[row * size + j] ?? 0) - center + by * ((rows[a + j] ?? 0) - (rows[b + j] ?? 0));
      values[row * size + j] = center + shrink * away;
    }
  }
  return fromNumbers(values, repeated.shape, given.dtype);
}
