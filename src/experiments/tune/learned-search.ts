import type { Arm, ArmState } from "./arm.js";
import { armsFor } from "./arms.js";
import { bestProspects } from "./prospects.js";
import { handedOut, type RemoteFits } from "./remote-fits.js";
import type { Search } from "./search.js";
import type { Trial } from "./trial.js";

/**
 * Learns what promises to be faster than the best so far: short fits of many solvers, longer ones of those that come close
 * (after successive halving, K. Jamieson, A. Talwalkar, 2016). Times are predicted before anything is learned, so that what
 * could not be faster is never fitted.
 * @param fits where fits are made, if not here: then several at once.
 * @returns whether it ended because nothing promised more.
 */
export async function searchLearned(search: Search, fits?: RemoteFits): Promise<"exhausted" | "out of time"> {
  const { field, span, states, spec, memory } = search.ground;
  const arms = armsFor({ field, span, states, memory, seed: spec.seed }).map(
    (arm: Arm): ArmState => ({ arm, trials: [], rung: -1, isOver: false }),
  );
  while (search.left() > 0 && !search.signal.aborted) {
    const next = bestProspects(search, arms, fits?.slots ?? 1);
    if (next.length === 0) return "exhausted";
    const begun = next.map(({ state, rung }) => {
      const candidate = state.arm.candidate(rung);
      return {
        state,
        rung,
        candidate: fits === undefined ? candidate : handedOut(candidate, fits, search.signal),
      };
    });
    for (const { state, rung, candidate } of begun)
      noteTrial(search, state, rung, await search.try(candidate));
  }
  return "out of time";
}

function noteTrial(search: Search, state: ArmState, rung: number, trial: Trial | undefined): void {
  if (trial === undefined) {
    state.isOver = true;
    return;
  }
  state.trials.push(trial);
  state.rung = rung;
  // Longer fits of what is good enough already gain nothing: the clock decides among those.
  if (search.meets(trial.record) || rung >= state.arm.rungs.length - 1) state.isOver = true;
}
