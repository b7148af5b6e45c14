/** What one step costs from point i to point j of a fine mesh, i < j; infinite where it breaks. */
export type StepCost = (from: number, to: number) => number;

/**
 * Of all ways from the first point of a fine mesh to the last in exactly `steps` steps, the one of the smallest
 * Σ_k γ^k c(i_k, i_{k+1}), by dynamic programming: GITS of D. Chen et al., On the Trajectory Regularity of ODE-based Diffusion
 * Sampling, ICML 2024.
 * @param last index of the last point.
 * @param weight γ: how much more the error of a step counts than that of the step before it.
 * @returns indices of points, 0 and `last` among them; undefined where every way breaks or there are too few points.
 */
export function shortestMesh(
  cost: StepCost,
  last: number,
  steps: number,
  weight: number,
): readonly number[] | undefined {
  // Of the best way from every point to the last: what it costs, and where it goes first.
  let costs = Array.from({ length: last + 1 }, (_, from) => (from < last ? cost(from, last) : Infinity));
  const firsts: number[][] = [];
  for (let k = 2; k <= steps; k++) {
    const [next, first]: [number[], number[]] = [[], []];
    for (let from = 0; from <= last; from++) {
      let [least, where] = [Infinity, last];
      for (let to = from + 1; to < last; to++) {
        const total = cost(from, to) + weight * (costs[to] ?? Infinity);
        if (total < least) [least, where] = [total, to];
      }
      next.push(least);
      first.push(where);
    }
    costs = next;
    firsts.push(first);
  }
  if (!((costs[0] ?? Infinity) < Infinity)) return undefined;
  const path = [0];
  for (const first of firsts.reverse()) path.push(first[path.at(-1) ?? 0] ?? last);
  return [...path, last];
}
