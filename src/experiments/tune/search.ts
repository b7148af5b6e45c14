import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { isStopped } from "../../runtime/internal.js";
import { isBroken, isHypersolversError } from "../../tensor/index.js";
import { resultOf } from "../kit/stage.js";
import type { Store } from "../kit/store.js";
import type { Deadline } from "./deadline.js";
import { frontierLines } from "./frontier-text.js";
import type { TuneGround } from "./ground.js";
import type { BrokenTrial, Candidate, Family, Trial, TrialRecord } from "./trial.js";
import { trialStage } from "./trial-stage.js";

/** A search in progress: what was tried, what is best, and whether there is time for more. */
export interface Search {
  readonly ground: TuneGround;
  /** Raised when the search is over. */
  readonly signal: AbortSignal;
  /** The run's own, with that signal. */
  readonly context: RunContext;
  /** All that could be measured, in order. */
  readonly trials: readonly Trial[];
  readonly broken: readonly BrokenTrial[];
  /** The fastest that keeps to the goal on the states of the selection, of these families; default: all that solve. */
  best(...families: readonly Family[]): Trial | undefined;
  meets(record: TrialRecord): boolean;
  /** Seconds left, for the search. */
  left(): number;
  /**
   * Makes and measures a solver, or takes it out of the ledger.
   * @returns undefined where it broke, or there was no time.
   */
  try(candidate: Candidate): Promise<Trial | undefined>;
}

/** Where a search keeps what it tried. */
export interface Ledger {
  readonly store: Store;
  readonly resume: boolean;
}

/** Begins a search that ends at the deadline, or when the run is stopped. */
export function startSearch(
  ground: TuneGround,
  { store, resume }: Ledger,
  deadline: Deadline,
  context: RunContext,
): Search {
  const trials: Trial[] = [];
  const broken: BrokenTrial[] = [];
  const { error, milliseconds = Number.POSITIVE_INFINITY } = ground.spec;
  const meets = (record: TrialRecord): boolean =>
    record.error.high <= error && record.milliseconds <= milliseconds;
  const best: Search["best"] = (...families) =>
    fastest(
      trials.filter(
        ({ record }) =>
          meets(record) &&
          (families.length === 0 ? record.family !== "student" : families.includes(record.family)),
      ),
    );
  let picture: readonly string[] = [];
  const notify = (what: string): void => {
    const { done, total } = deadline.progress();
    const detail = `${what}${bestText(best(), trials)}`;
    context.onProgress?.({ stage: "searching", done, total, detail, picture });
  };
  return {
    ground,
    signal: deadline.signal,
    context: { ...context, signal: deadline.signal },
    trials,
    broken,
    best,
    meets,
    left: deadline.left,
    try: async (candidate) => {
      if (deadline.left() <= 0 || isStopped(context)) return undefined;
      notify(candidate.name);
      const own = { ...context, signal: deadline.signal, onProgress: () => notify(candidate.name) };
      let isKept = true;
      const stage = trialStage(candidate, ground, () => {
        isKept = false;
      });
      const outcome = await unlessStopped(resultOf(stage, { ...own, store, resume }));
      if (outcome === undefined) return undefined;
      const { record, method, file } = outcome;
      if (isKept) deadline.spend(record.seconds);
      if (isBroken(record) || method === undefined) {
        broken.push(record as BrokenTrial);
        return undefined;
      }
      const trial = { record, method, file };
      trials.push(trial);
      const records = trials.map((each) => each.record);
      picture = frontierLines(records, error);
      notify(candidate.name);
      return trial;
    },
  };
}

/** The fastest of several. */
export function fastest(trials: readonly Trial[]): Trial | undefined {
  return trials.reduce<Trial | undefined>(
    (best, trial) =>
      best === undefined || trial.record.milliseconds < best.record.milliseconds ? trial : best,
    undefined,
  );
}

/** The classical method of the fewest evaluations that keeps to the goal; a busy machine does not change them. */
export function leanest({ trials, meets }: Pick<Search, "trials" | "meets">): Trial | undefined {
  const good = trials.filter(({ record }) => record.family === "classical" && meets(record));
  return [...good].sort((a, b) => a.record.nfe - b.record.nfe)[0];
}

/** The one with the smallest error. */
export function closest(trials: readonly Trial[]): Trial | undefined {
  return trials.reduce<Trial | undefined>(
    (best, trial) =>
      best === undefined || trial.record.error.value < best.record.error.value ? trial : best,
    undefined,
  );
}

/** Whether a trial exceeds the time limit: more steps or a tighter tolerance then do too. */
export const isTooSlow = ({ ground: { spec } }: Search, trial: Trial | undefined): boolean =>
  trial !== undefined && trial.record.milliseconds > (spec.milliseconds ?? Number.POSITIVE_INFINITY);

function bestText(best: Trial | undefined, trials: readonly Trial[]): string {
  const shown = best ?? closest(trials);
  if (shown === undefined) return "";
  const { name, milliseconds, error } = shown.record;
  const facts = `${name}: ${formatMilliseconds(milliseconds)}, error ${formatNumber(error.value)}`;
  return best === undefined ? `; closest ${facts}` : `; best ${facts}`;
}

/** A stop is not a candidate's fault: there is no result, and the search ends. */
async function unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isHypersolversError(error, "INTERRUPTED")) return undefined;
    throw error;
  }
}
