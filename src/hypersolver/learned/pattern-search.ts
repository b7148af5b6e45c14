/** The first and the last step of a search. */
export interface PatternSteps {
  readonly first: number;
  readonly last: number;
  /** Most evaluations of the function. */
  readonly most: number;
}

/**
 * Minimizes a function without derivatives, by compass search: each coordinate is moved up and down by a step, the first
 * improvement is taken, and where there is none the step is halved (R. Hooke, T. Jeeves, “Direct search” solution of numerical
 * and statistical problems, J. ACM 8, 1961). The result is never worse than the start.
 */
export async function patternSearch(
  valueAt: (point: readonly number[]) => Promise<number>,
  start: readonly number[],
  { first, last, most }: PatternSteps,
): Promise<readonly number[]> {
  let best = { point: start, value: await valueAt(start) };
  let evaluations = 1;
  const improves = async (step: number): Promise<boolean> => {
    for (const i of start.keys())
      for (const change of [step, -step]) {
        const point = best.point.map((value, j) => (i === j ? value + change : value));
        if (evaluations++ >= most) return false;
        const value = await valueAt(point);
        if (value < best.value) {
          best = { point, value };
          return true;
        }
      }
    return false;
  };
  let step = first;
  while (step >= last && evaluations <= most) if (!(await improves(step))) step /= 2;
  return best.point;
}
