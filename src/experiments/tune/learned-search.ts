import { type Arm, armsFor } from "./arms.js";
import { type ArmState, bestProspect } from "./prospects.js";
import { leanest, type Search } from "./search.js";

/**
 * Learns what promises to be faster than the best so far: short fits of many solvers, longer ones of those that come close
 * (successive halving, K. Jamieson, A. Talwalkar, 2016). Costs are foretold from measured ones before anything is learned, so
 * that what could not be faster is never fitted.
 * @returns whether it ended because nothing promised more.
 */
export async function searchLearned(search: Search): Promise<"exhausted" | "out of time"> {
  const { field, span, states, spec, memory } = search.ground;
  const start = leanest(search)?.method.name;
  const arms = armsFor({ field, span, states, memory, start, seed: spec.seed }).map(
    (arm: Arm): ArmState => ({ arm, trials: [], isOver: false }),
  );
  while (search.left() > 0) {
    const next = bestProspect(search, arms)?.state;
    if (next === undefined) return "exhausted";
    const trial = await search.try(next.arm.candidate(next.trials.length));
    if (trial === undefined) {
      next.isOver = true;
      continue;
    }
    next.trials.push(trial);
    // Longer fits of what is good enough already gain nothing: the clock decides among those.
    if (search.meets(trial.record) || next.trials.length >= next.arm.rungs.length) next.isOver = true;
  }
  return "out of time";
}
