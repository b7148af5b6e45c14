/** Which Wasserstein distance: 1 counts |x − y|, 2 counts (x − y)². */
export type Order = 1 | 2;

/**
 * The exact Wasserstein distance between two empirical distributions on the line, to its p-th power:
 * ∫₀¹ |F_a⁻¹(u) − F_b⁻¹(u)|^p du. Both quantile functions are steps, of widths 1/n and 1/m, which are walked together
 * in whole units of 1/(n m).
 *
 * @param a ascending, shape [n]; `b` ascending, shape [m].
 * @source G. Peyré, M. Cuturi, "Computational Optimal Transport", 2019, eq. 2.30 and remark 2.28.
 */
export function quantileDistance(a: Float64Array, b: Float64Array, order: Order): number {
  const [n, m] = [a.length, b.length];
  let sum = 0;
  let at = 0;
  for (let i = 0, j = 0; i < n && j < m; ) {
    const [endA, endB] = [(i + 1) * m, (j + 1) * n];
    const end = Math.min(endA, endB);
    const gap = Math.abs((a[i] ?? 0) - (b[j] ?? 0));
    sum += (end - at) * (order === 1 ? gap : gap * gap);
    at = end;
    if (end === endA) i += 1;
    if (end === endB) j += 1;
  }
  return sum / (n * m);
}
