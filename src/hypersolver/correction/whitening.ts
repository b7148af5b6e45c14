import { type Tensor, toFloat64 } from "../../tensor/index.js";

/** x̂ = P (x − μ): columns of x̂ are uncorrelated and of deviation one, where they vary at all. */
export interface Whitening {
  /** μ, one a column. */
  readonly mean: Float64Array;
  /** P, [columns, columns] row by row, lower triangular: every column less what those before it say of it. */
  readonly matrix: Float64Array;
}

/** Share of a column's variance that is added to it: what all others predict is magnified a hundred times at most. */
const FLOOR = 1e-4;

/**
 * What makes columns independent to second order, by the Cholesky factor of their covariance.
 * @param parts tables [rows, columns] of the same columns.
 */
export function whiteningOf(...parts: readonly Tensor[]): Whitening {
  const columns = parts[0]?.shape[1] ?? 0;
  const tables = parts.map(toFloat64);
  const rows = tables.reduce((total, { length }) => total + length / Math.max(1, columns), 0);
  const mean = new Float64Array(columns);
  for (const table of tables)
    for (let i = 0; i < table.length; i++)
      mean[i % columns] = (mean[i % columns] ?? 0) + (table[i] ?? 0) / rows;
  const covariance = covarianceOf(tables, mean, rows);
  for (let i = 0; i < columns; i++) {
    const at = i * columns + i;
    const variance = covariance[at] ?? 0;
    // A column that varies by less than its own rounding carries nothing, and stays as it is.
    const carries = variance > 1e-10 * Math.max((mean[i] ?? 0) ** 2, 1e-30);
    if (carries) covariance[at] = variance * (1 + FLOOR);
    else isolate(covariance, columns, i);
  }
  return { mean, matrix: inverseFactor(covariance, columns) };
}

function covarianceOf(tables: readonly Float64Array[], mean: Float64Array, rows: number): Float64Array {
  const columns = mean.length;
  const covariance = new Float64Array(columns * columns);
  const row = new Float64Array(columns);
  for (const table of tables)
    for (let start = 0; start < table.length; start += columns) {
      for (let i = 0; i < columns; i++) row[i] = (table[start + i] ?? 0) - (mean[i] ?? 0);
      for (let i = 0; i < columns; i++) {
        const share = (row[i] ?? 0) / rows;
        for (let j = 0, at = i * columns; j <= i; j++, at++)
          covariance[at] = (covariance[at] ?? 0) + share * (row[j] ?? 0);
      }
    }
  return covariance;
}

/** Takes a column out of the covariance: variance one, nothing in common with others. */
function isolate(covariance: Float64Array, columns: number, i: number): void {
  for (let j = 0; j < columns; j++) {
    covariance[i * columns + j] = 0;
    covariance[j * columns + i] = 0;
  }
  covariance[i * columns + i] = 1;
}

/** L⁻¹ of a positive definite A = L Lᵀ, of which the lower triangle is read. */
function inverseFactor(a: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * n + j] ?? 0;
      for (let k = 0; k < j; k++) rest -= (factor[i * n + k] ?? 0) * (factor[j * n + k] ?? 0);
      const diagonal = factor[j * n + j] ?? 1;
      factor[i * n + j] = i === j ? Math.sqrt(Math.max(rest, Number.MIN_VALUE)) : rest / diagonal;
    }
    const diagonal = factor[i * n + i] ?? 1;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += (factor[i * n + k] ?? 0) * (inverse[k * n + j] ?? 0);
      inverse[i * n + j] = -sum / diagonal;
    }
    inverse[i * n + i] = 1 / diagonal;
  }
  return inverse;
}
