import { type Tensor, toFloat64 } from "../tensor/index.js";

/**
 * Fréchet distance of two normal distributions with the means and covariances of two sets of points:
 * |m − m′|² + tr(C + C′ − 2 (C C′)^(1/2)).
 * @param a [n, d], n ≥ 2.
 * @param b [m, d], m ≥ 2.
 * Source: D. Dowson, B. Landau, The Fréchet distance between multivariate normal distributions, 1982; of features of images:
 * M. Heusel et al., GANs Trained by a Two Time-Scale Update Rule, 2017.
 */
export function frechetDistance(a: Tensor, b: Tensor): number {
  const [p, q] = [moments(a), moments(b)];
  const shift = p.mean.reduce((sum, value, i) => sum + (value - (q.mean[i] ?? 0)) ** 2, 0);
  const root = squareRoot(p.covariance);
  const inner = product(product(root, q.covariance), root);
  const roots = eigen(inner).values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return Math.max(0, shift + trace(p.covariance) + trace(q.covariance) - 2 * roots);
}

type Matrix = readonly (readonly number[])[];

function moments(points: Tensor): { readonly mean: readonly number[]; readonly covariance: Matrix } {
  const [count = 0, width = 0] = points.shape;
  const data = toFloat64(points);
  const columns = Array.from({ length: width }, (_, j) =>
    Array.from({ length: count }, (_, i) => data[i * width + j] ?? 0),
  );
  const mean = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / count);
  const centered = columns.map((column, j) => column.map((value) => value - (mean[j] ?? 0)));
  const covariance = centered.map((one) =>
    centered.map((other) => one.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0) / (count - 1)),
  );
  return { mean, covariance };
}

const trace = (m: Matrix): number => m.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => row.map((_, j) => row.reduce((sum, value, k) => sum + value * (b[k]?.[j] ?? 0), 0)));

/** Of a symmetric matrix without negative eigenvalues but for rounding. */
function squareRoot(m: Matrix): Matrix {
  const { values, vectors } = eigen(m);
  const roots = values.map((value) => Math.sqrt(Math.max(0, value)));
  return m.map((_, i) =>
    m.map((_, j) =>
      roots.reduce((sum, root, k) => sum + root * (vectors[i]?.[k] ?? 0) * (vectors[j]?.[k] ?? 0), 0),
    ),
  );
}

/** Sweeps after which rotations have long ended. */
const SWEEPS = 60;

/** Eigenvalues and eigenvectors, as columns, of a symmetric matrix, by Jacobi's rotations. */
function eigen(m: Matrix): { readonly values: readonly number[]; readonly vectors: Matrix } {
  const size = m.length;
  const a = m.map((row) => [...row]);
  const vectors = m.map((_, i) => m.map((_, j) => (i === j ? 1 : 0)));
  const at = (i: number, j: number): number => a[i]?.[j] ?? 0;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let left = 0;
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) {
        left += at(p, q) ** 2;
        if (at(p, q) !== 0) rotate(a, vectors, p, q);
      }
    if (left <= 1e-30 * trace(a.map((row) => row.map(Math.abs))) ** 2) break;
  }
  return { values: a.map((row, i) => row[i] ?? 0), vectors };
}

/** Turns the plane of two axes until they are eigenvectors in it. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  const at = (i: number, j: number): number => a[i]?.[j] ?? 0;
  const ratio = (at(q, q) - at(p, p)) / (2 * at(p, q));
  const t = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.hypot(ratio, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const turn = (rows: number[][]): void => {
    for (const row of rows) {
      const [x, y] = [row[p] ?? 0, row[q] ?? 0];
      [row[p], row[q]] = [c * x - s * y, s * x + c * y];
    }
  };
  turn(a);
  turn(vectors);
  const [x, y] = [a[p] as number[], a[q] as number[]];
  for (let j = 0; j < x.length; j++) {
    const [u, v] = [x[j] ?? 0, y[j] ?? 0];
    [x[j], y[j]] = [c * u - s * v, s * u + c * v];
  }
}
