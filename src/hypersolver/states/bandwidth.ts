import { sizeOf, type Tensor, toFloat64 } from "../../tensor/index.js";

/** Images lie on thin surfaces, which lines between them leave. */
const OF_IMAGES = 0.3;
/** So many rows tell in how many dimensions all of them lie. */
const MOST_ROWS = 512;

/**
 * How wide noise has to be, over the spread of the rows, for few rows to stand for those between them: Silverman's rule,
 * (4 / (n (d + 2)))^(1 / (d + 4)) for n rows in d dimensions (B. Silverman, Density Estimation, 1986, 4.3.2), where d counts
 * those that the rows really fill, (tr C)² / tr C² of their covariance C. A hundred rows in two dimensions: 0.46; in 43: 0.86.
 * @param rows [n, …]; images [n, channels, height, width] get 0.3.
 */
export function bandwidthOf(rows: Tensor): number {
  const [count = 0, ...shape] = rows.shape;
  if (shape.length >= 3) return OF_IMAGES;
  const dimensions = filledDimensions(rows);
  return dimensions === 0 ? 0 : (4 / (count * (dimensions + 2))) ** (1 / (dimensions + 4));
}

/** (tr C)² / tr C² of the covariance of rows: d for noise of one size in d dimensions, 1 on a line; 0 where nothing differs. */
function filledDimensions(rows: Tensor): number {
  const centered = centeredRows(rows);
  let [squares, products] = [0, 0];
  centered.forEach((row, i) => {
    squares += dot(row, row);
    for (const other of centered.slice(0, i)) products += dot(row, other) ** 2;
  });
  const count = centered.length;
  // Means over rows, and over pairs of them.
  return products > 0 ? (squares / count) ** 2 / (products / ((count * (count - 1)) / 2)) : 0;
}

/** Less their mean: some of them, evenly, where they are many. */
function centeredRows(rows: Tensor): Float64Array[] {
  const [count = 0, ...shape] = rows.shape;
  const size = sizeOf(shape);
  const values = toFloat64(rows);
  const used = Math.min(count, MOST_ROWS);
  const picked = Array.from({ length: used }, (_, i) => {
    const start = Math.floor((i * count) / used) * size;
    return values.subarray(start, start + size);
  });
  const mean = new Float64Array(size);
  for (const row of picked) {
    for (let j = 0; j < size; j++) mean[j] = (mean[j] ?? 0) + (row[j] ?? 0) / used;
  }
  return picked.map((row) => row.map((value, j) => value - (mean[j] ?? 0)));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] ?? 0) * (b[j] ?? 0);
  return sum;
}
