import { sizeOf, type Tensor, toFloat64 } from "../../tensor/index.js";

/** Relative change of the norm in one iteration at which it counts as found. */
const SETTLED = 1e-12;
const MOST_ITERATIONS = 2000;

/**
 * The largest singular value of a weight as a matrix [first axis, all others], by power iteration on WᵀW in float64. For a
 * convolution's kernel that is not the norm of the convolution, which is at most √(kh kw) times it.
 */
export function spectralNorm(weight: Tensor): number {
  const [rows = 1, ...rest] = weight.shape;
  const columns = sizeOf(rest);
  const values = toFloat64(weight);
  // Any start with a share of every singular vector will do; equal entries are orthogonal to many.
  let v = Float64Array.from({ length: columns }, (_, j) => Math.cos(j * j + 1));
  let norm = 0;
  for (let i = 0; i < MOST_ITERATIONS; i++) {
    const before = norm;
    const u = times(values, scaledTo(v, 1), rows, columns);
    norm = Math.hypot(...u);
    if (norm === 0 || Math.abs(norm - before) <= SETTLED * norm) return norm;
    v = timesTransposed(values, u, rows, columns);
  }
  return norm;
}

function scaledTo(v: Float64Array, length: number): Float64Array {
  const size = Math.hypot(...v);
  return v.map((x) => (x * length) / size);
}

function times(w: Float64Array, v: Float64Array, rows: number, columns: number): Float64Array {
  const u = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += (w[i * columns + j] ?? 0) * (v[j] ?? 0);
    u[i] = sum;
  }
  return u;
}

function timesTransposed(
  w: Float64Array,
  u: Float64Array,
  rows: number,
  columns: number,
): Float64Array<ArrayBuffer> {
  const v = new Float64Array(columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) v[j] = (v[j] ?? 0) + (w[i * columns + j] ?? 0) * (u[i] ?? 0);
  return v;
}
