/** Matrices of one size taken apart for solving, one a sample. */
export interface LinearSystems {
  /** Solves in place: `b` [n, d] becomes x with A x = b. What a singular matrix leaves is not finite. */
  solve(b: Float64Array): void;
}

/**
 * LU decompositions with partial pivoting.
 * @param matrices [n, d, d], row by row; overwritten.
 * @param width d.
 */
export function decompose(matrices: Float64Array, width: number): LinearSystems {
  const size = width * width;
  const count = size === 0 ? 0 : matrices.length / size;
  const pivots = new Int32Array(count * width);
  for (let i = 0; i < count; i++)
    eliminate(
      matrices.subarray(i * size, (i + 1) * size),
      pivots.subarray(i * width, (i + 1) * width),
      width,
    );
  return {
    solve: (b) => {
      for (let i = 0; i < count; i++)
        substitute(
          matrices.subarray(i * size, (i + 1) * size),
          pivots.subarray(i * width, (i + 1) * width),
          b.subarray(i * width, (i + 1) * width),
        );
    },
  };
}

function eliminate(a: Float64Array, pivots: Int32Array, d: number): void {
  const at = (i: number, j: number): number => a[i * d + j] ?? 0;
  for (let k = 0; k < d; k++) {
    let best = k;
    for (let i = k + 1; i < d; i++) if (Math.abs(at(i, k)) > Math.abs(at(best, k))) best = i;
    pivots[k] = best;
    if (best !== k) for (let j = 0; j < d; j++) [a[k * d + j], a[best * d + j]] = [at(best, j), at(k, j)];
    const pivot = at(k, k);
    for (let i = k + 1; i < d; i++) {
      const factor = at(i, k) / pivot;
      a[i * d + k] = factor;
      if (factor === 0) continue;
      for (let j = k + 1; j < d; j++) a[i * d + j] = at(i, j) - factor * at(k, j);
    }
  }
}

function substitute(a: Float64Array, pivots: Int32Array, b: Float64Array): void {
  const d = b.length;
  for (let k = 0; k < d; k++) {
    const other = pivots[k] ?? k;
    [b[k], b[other]] = [b[other] ?? 0, b[k] ?? 0];
  }
  for (let i = 1; i < d; i++) {
    let sum = b[i] ?? 0;
    for (let j = 0; j < i; j++) sum -= (a[i * d + j] ?? 0) * (b[j] ?? 0);
    b[i] = sum;
  }
  for (let i = d - 1; i >= 0; i--) {
    let sum = b[i] ?? 0;
    for (let j = i + 1; j < d; j++) sum -= (a[i * d + j] ?? 0) * (b[j] ?? 0);
    b[i] = sum / (a[i * d + i] ?? 0);
  }
}
