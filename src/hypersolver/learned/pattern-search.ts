/** How far coordinates are moved at first, and at last. */
export interface PatternSteps {
  readonly first: number;
  readonly last: number;
  /** Points that are looked at, at most. */
  readonly most: number;
}

/**
 * The point at which a function is smallest, as far as a compass finds it: every coordinate up and down by a step, on from
 * whatever is better, with half the step where nothing is (R. Hooke, T. Jeeves, “Direct search” solution of numerical and
 * statistical problems, J. ACM 8, 1961). No derivatives; never worse than where it began.
 */
export async function patternSearch(
  valueAt: (point: readonly number[]) => Promise<number>,
  start: readonly number[],
  { first, last, most }: PatternSteps,
): Promise<readonly number[]> {
  let best = { point: start, value: await valueAt(start) };
  let looks = 1;
  const improves = async (step: number): Promise<boolean> => {
    for (const i of start.keys())
      for (const change of [step, -step]) {
        const point = best.point.map((value, j) => (i === j ? value + change : value));
        if (looks++ >= most) return false;
        const value = await valueAt(point);
        if (value < best.value) {
          best = { point, value };
          return true;
        }
      }
    return false;
  };
  for (let step = first; step >= last && looks <= most; ) if (!(await improves(step))) step /= 2;
  return best.point;
}
