import { fromNumbers, type Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import type { ResolvedProblem } from "../problem/resolve-problem.js";

/** How many plans are to be begun, and where. */
interface CandidatesOf {
  readonly plants: number;
  /** Candidates of every plant, side by side in the batch. */
  readonly candidates: number;
  readonly random: Random;
}

/** Plans before anything is known: the middle of the bounds, then constant controls drawn within them. */
export function firstPlans(problem: ResolvedProblem, { plants, candidates, random }: CandidatesOf): Tensor {
  const { intervals, controlSize, dtype } = problem;
  const size = intervals * controlSize;
  const values = new Float64Array(plants * candidates * size);
  for (let row = 0; row < plants * candidates; row++) {
    const units = Array.from({ length: controlSize }, () =>
      row % candidates === 0 ? 0 : 2 * random.uniform() - 1,
    );
    for (let i = 0; i < size; i++)
      values[row * size + i] = inBounds(problem, i % controlSize, units[i % controlSize] ?? 0);
  }
  return fromNumbers(values, [plants * candidates, intervals, controlSize], dtype);
}

/** The plans before, moved on by an interval whose control is the last one again: as they are, and varied by normal numbers. */
export function nextPlans(
  problem: ResolvedProblem,
  plans: Tensor,
  { plants, candidates, random, spread }: CandidatesOf & { readonly spread: number },
): Tensor {
  const { intervals, controlSize, dtype, bounds } = problem;
  const size = intervals * controlSize;
  const before = toFloat64(plans);
  const values = new Float64Array(plants * candidates * size);
  for (let row = 0; row < plants * candidates; row++) {
    const from = Math.floor(row / candidates) * size;
    for (let i = 0; i < size; i++) {
      const component = i % controlSize;
      const moved = before[from + Math.min(i + controlSize, size - controlSize + component)] ?? 0;
      const [low = 0, high = 0] = [bounds.low[component], bounds.high[component]];
      const noise = row % candidates === 0 ? 0 : spread * random.normal();
      values[row * size + i] = Math.min(high, Math.max(low, moved + (noise * (high - low)) / 2));
    }
  }
  return fromNumbers(values, [plants * candidates, intervals, controlSize], dtype);
}

/** @param unit from −1 to 1. */
function inBounds({ bounds }: ResolvedProblem, component: number, unit: number): number {
  const [low = 0, high = 0] = [bounds.low[component], bounds.high[component]];
  return (low + high) / 2 + (unit * (high - low)) / 2;
}

/** The row of the best candidate of every plant. */
export function bestRows(objective: Tensor, candidates: number): number[] {
  const values = toFloat64(objective);
  return Array.from({ length: values.length / candidates }, (_, plant) => {
    const own = values.subarray(plant * candidates, (plant + 1) * candidates);
    return plant * candidates + own.indexOf(Math.min(...own));
  });
}
