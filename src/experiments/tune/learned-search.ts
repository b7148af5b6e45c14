import { type Arm, armsFor } from "./arms.js";
import { type ArmState, bestProspects } from "./prospects.js";
import { handedOut, type RemoteFits } from "./remote-fits.js";
import { leanest, type Search } from "./search.js";
import type { Trial } from "./trial.js";

/**
 * Learns what promises to be faster than the best so far: short fits of many solvers, longer ones of those that come close
 * (successive halving, K. Jamieson, A. Talwalkar, 2016). Costs are foretold from measured ones before anything is learned, so
 * that what could not be faster is never fitted.
 * @param fits where fits are made, if not here: then several at once.
 * @returns whether it ended because nothing promised more.
 */
export async function searchLearned(search: Search, fits?: RemoteFits): Promise<"exhausted" | "out of time"> {
  const { field, span, states, spec, memory } = search.ground;
  const start = leanest(search)?.method.name;
  const arms = armsFor({ field, span, states, memory, start, seed: spec.seed }).map(
    (arm: Arm): ArmState => ({ arm, trials: [], isOver: false }),
  );
  while (search.left() > 0) {
    const next = bestProspects(search, arms, fits?.slots ?? 1);
    if (next.length === 0) return "exhausted";
    const begun = next.map(({ state }) => {
      const candidate = state.arm.candidate(state.trials.length);
      return { state, candidate: fits === undefined ? candidate : handedOut(candidate, fits, search.signal) };
    });
    for (const { state, candidate } of begun) noteTrial(search, state, await search.try(candidate));
  }
  return "out of time";
}

function noteTrial(search: Search, state: ArmState, trial: Trial | undefined): void {
  if (trial === undefined) {
    state.isOver = true;
    return;
  }
  state.trials.push(trial);
  // Longer fits of what is good enough already gain nothing: the clock decides among those.
  if (search.meets(trial.record) || state.trials.length >= state.arm.rungs.length) state.isOver = true;
}
