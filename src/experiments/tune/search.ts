import { fingerprintOf } from "../../hypersolver/internal.js";
import { formatMilliseconds, formatNumber } from "../../plot/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { clockOf, isStopped } from "../../runtime/internal.js";
import { isBroken, isHypersolversError, unlessItBreaks } from "../../tensor/index.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import { labelsOf } from "../kit/competitor.js";
import { resultOf, type Stage } from "../kit/stage.js";
import type { Store } from "../kit/store.js";
import type { Deadline } from "./deadline.js";
import { frontierLines } from "./frontier-text.js";
import type { TuneGround } from "./ground.js";
import { measureQuickly } from "./measure-trial.js";
import type { BrokenTrial, Candidate, Family, Made, Trial, TrialRecord } from "./trial.js";

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

type Outcome = { readonly record: TrialRecord | BrokenTrial } & Partial<Pick<Made, "method" | "file">>;

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
      const stage = stageOf(candidate, ground, () => {
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
      picture = frontierLines(
        trials.map(({ record: own }) => own),
        error,
      );
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

/** One record of the ledger. */
function stageOf(candidate: Candidate, ground: TuneGround, onMake: () => void): Stage<Outcome> {
  const { name, family, settings } = candidate;
  const { field, span, spec, states } = ground;
  const { quantile, relative, samples, batch, seed } = spec;
  return {
    name,
    settings: { settings, span, states: states.description, quantile, relative, samples, batch, seed },
    inputs: [fingerprintOf(field)],
    codec: outcomeCodec(candidate),
    isWhole: ({ record }) => isBroken(record) || record.fit?.status !== "interrupted",
    make: async (context, checkpoint) => {
      onMake();
      const clock = clockOf(context);
      const begun = clock();
      const seconds = (): number => (clock() - begun) / 1000;
      const result = await unlessItBreaks(measured(candidate, ground, context, checkpoint));
      if (isBroken(result)) return { record: { ...result, name, family, seconds: seconds() } };
      return { ...result, record: { ...result.record, seconds: seconds() } };
    },
  };
}

async function measured(
  candidate: Candidate,
  ground: TuneGround,
  context: RunContext,
  checkpoint: Parameters<Candidate["make"]>[1],
): Promise<Outcome & { readonly record: TrialRecord }> {
  const { name, family } = candidate;
  const { method, file, fit, title = method.title } = await candidate.make(context, checkpoint);
  const measurement = await measureQuickly(ground, method, context);
  const labels = labelsOf({ method, role: roleOf(family), title });
  return { method, file, record: { ...labels, ...measurement, name, family, fit, seconds: 0 } };
}

const roleOf = (family: Family): "other" | "reference" | "hypersolver" =>
  family === "classical" || family === "student"
    ? "other"
    : family === "adaptive"
      ? "reference"
      : "hypersolver";

const outcomeCodec = ({ load }: Candidate): Codec<Outcome> => ({
  encode: ({ record, file }) => {
    const json = encodeJson({ record, path: file?.path });
    return file === undefined ? { json } : { json, learned: file.content };
  },
  decode: ({ json, learned }) => {
    const { record, path = "" } = decodeJson<{ record: Outcome["record"]; path?: string }>(json);
    if (isBroken(record)) return { record };
    const file = { path, content: learned ?? new Uint8Array() };
    return { record, method: load(file, record.spelling), file: learned === undefined ? undefined : file };
  },
});
