import { fromNumbers, type Tensor, toFloat64 } from "../../tensor/index.js";
import { whiteningOf } from "./whitening.js";

/**
 * Sums of several tables of the same columns, m_r = b_r + Σ_p W_rp ⊙ x_p: weights of their own for every column.
 */
export interface Mixing {
  /** W, [mixes, tables, columns]. */
  readonly weight: Tensor;
  /** b, [mixes, columns]. */
  readonly bias: Tensor;
}

/** Columns that vary less than this, in terms of all together, are not enlarged further. */
const FLATTEST = 1e-3;

/**
 * Where mixes begin: each table less what those before it say of it, with the same weights for all columns, and in every column
 * of mean zero and deviation one; of the last tables, which know most.
 * @param tables [rows, columns] each; more than mixes.
 */
export function startingMixing(tables: readonly Tensor[], mixes: number): Mixing {
  const [rows = 0, columns = 0] = tables[0]?.shape ?? [];
  const centered = tables.map((table) => aroundZero(toFloat64(table), columns));
  // Every number of a table is a row here: the columns are the tables.
  const together = new Float64Array(rows * columns * tables.length);
  centered.forEach(({ values }, p) => {
    for (let i = 0; i < values.length; i++) together[i * tables.length + p] = values[i] ?? 0;
  });
  const { matrix } = whiteningOf(fromNumbers(together, [rows * columns, tables.length], "float64"));
  const weight = new Float64Array(mixes * tables.length * columns);
  const bias = new Float64Array(mixes * columns);
  for (let r = 0; r < mixes; r++) {
    const at = (tables.length - mixes + r) * tables.length;
    const shares = matrix.subarray(at, at + tables.length);
    const deviation = deviations(centered, shares, columns);
    for (let d = 0; d < columns; d++)
      for (let p = 0; p < tables.length; p++) {
        const w = (shares[p] ?? 0) / Math.max(FLATTEST, deviation[d] ?? 1);
        weight[(r * tables.length + p) * columns + d] = w;
        bias[r * columns + d] = (bias[r * columns + d] ?? 0) - w * (centered[p]?.mean[d] ?? 0);
      }
  }
  return {
    weight: fromNumbers(weight, [mixes, tables.length, columns]),
    bias: fromNumbers(bias, [mixes, columns]),
  };
}

interface Centered {
  readonly values: Float64Array;
  readonly mean: Float64Array;
}

function aroundZero(table: Float64Array, columns: number): Centered {
  const mean = new Float64Array(columns);
  const share = columns / Math.max(1, table.length);
  for (let i = 0; i < table.length; i++)
    mean[i % columns] = (mean[i % columns] ?? 0) + (table[i] ?? 0) * share;
  return { values: table.map((value, i) => value - (mean[i % columns] ?? 0)), mean };
}

/** Of the columns of Σ_p share_p x_p. */
function deviations(tables: readonly Centered[], shares: Float64Array, columns: number): Float64Array {
  const length = tables[0]?.values.length ?? 0;
  const squares = new Float64Array(columns);
  for (let i = 0; i < length; i++) {
    const sum = tables.reduce((total, { values }, p) => total + (shares[p] ?? 0) * (values[i] ?? 0), 0);
    squares[i % columns] = (squares[i % columns] ?? 0) + (sum * sum * columns) / length;
  }
  return squares.map(Math.sqrt);
}
