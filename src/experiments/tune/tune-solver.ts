import type { FitInputs } from "../../hypersolver/index.js";
import { subjectOf } from "../../hypersolver/internal.js";
import type { Field } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { clockOf, isStopped } from "../../runtime/internal.js";
import { fail } from "../../tensor/index.js";
import { noStore, type Store } from "../kit/store.js";
import { searchAdaptive } from "./adaptive-search.js";
import { type Choice, choose } from "./choose.js";
import { searchClassical } from "./classical-search.js";
import { type CostModel, costModel } from "./cost-model.js";
import { startDeadline } from "./deadline.js";
import { finalistsOf, measureFinals } from "./finals.js";
import { type MeasuredStates, resolveTune, type TuneGround, testStates, tuneGround } from "./ground.js";
import { searchLearned } from "./learned-search.js";
import { searchMeshes } from "./mesh-search.js";
import type { RemoteFits } from "./remote-fits.js";
import { startSearch } from "./search.js";
import type { BrokenTrial, TrialRecord } from "./trial.js";
import type { EffectiveTune, TuneSpec } from "./tune-table.js";

/** Inputs of a search that are not plain data. */
export interface TuneInputs extends Pick<FitInputs, "states"> {
  /** Where every solver that was tried is kept; without it nothing can be resumed. */
  readonly store?: Store | undefined;
  /** Take what an earlier search of the same options has tried. Default false. */
  readonly resume?: boolean | undefined;
  /** Where solvers are fitted, if not here. */
  readonly fits?: RemoteFits | undefined;
}

/** The result of a search. */
export interface Tuning extends Choice {
  readonly spec: EffectiveTune;
  readonly ground: TuneGround;
  /** What the winner was tested on. */
  readonly test: MeasuredStates;
  /** Whether the search ended before its time because nothing promised to be faster. */
  readonly isExhausted: boolean;
  readonly status: "complete" | "interrupted";
  /** All that were tried, in order. */
  readonly trials: readonly TrialRecord[];
  /** On the states of the selection, or on the test states: those are among the trials as well. */
  readonly broken: readonly BrokenTrial[];
  readonly model: CostModel;
  /** References, the search, the last measurements. */
  readonly seconds: { readonly reference: number; readonly search: number; readonly finals: number };
}

/** The share of the time that is kept for the last measurements. */
const FINALS = { share: 0.1, fewest: 0.3, most: 15 };

/** Of the time before something is learned. A method that was begun is finished. */
const SHARES = { classical: 0.4, adaptive: 0.15, meshes: 0.15 };

/**
 * Looks for the fastest solver of a field that keeps to an error on this machine: classical methods and step control first,
 * then whatever could be learned to be faster. Solvers are chosen by one set of states and tested on another.
 * @param spec what is wanted, as plain data: `tuneTable` has the options.
 * @returns also where nothing keeps to the error: `isMet` is then false, and `winner` what comes closest.
 * @throws INVALID_ARGUMENT for options that make no sense; NON_FINITE where the reference can solve no state, or every
 *   solver breaks; INTERRUPTED where a stop came before anything was tried.
 */
export async function tuneSolver(
  field: Field,
  spec: TuneSpec,
  { states, store = noStore, resume = false, fits }: TuneInputs,
  context: RunContext = {},
): Promise<Tuning> {
  const effective = resolveTune(field, spec);
  const { seconds } = effective;
  const clock = clockOf(context);
  const begun = clock();
  const ground = await tuneGround(field, effective, states, context);
  const solved = clock();
  const reference = (solved - begun) / 1000;
  const measuring = Math.min(FINALS.most, Math.max(FINALS.fewest, FINALS.share * seconds));
  // The test states have references too, and where these take long, so do the solves that are timed.
  const reserve = measuring + Math.min(2 * reference, FINALS.share * seconds);
  const deadline = startDeadline(Math.max(seconds / 4, seconds - reserve - reference), context);
  const search = startSearch(ground, { store, resume }, deadline, context);
  let isExhausted = false;
  try {
    await searchClassical(search, SHARES.classical * search.left());
    // Of images every solve takes long: what gains most comes first, and leaves less to be tried.
    const isLearnedFirst = subjectOf(field) === "images";
    const share = isLearnedFirst ? { adaptive: 1, meshes: 1 } : SHARES;
    if (isLearnedFirst) isExhausted = (await searchLearned(search, fits)) === "exhausted";
    await searchAdaptive(search, share.adaptive * search.left());
    await searchMeshes(search, share.meshes * search.left());
    if (!isLearnedFirst) isExhausted = (await searchLearned(search, fits)) === "exhausted";
  } finally {
    deadline.release();
  }
  const ended = clock();
  // A stop comes too late here: what was found is to be measured.
  const { signal: _, ...unstopped } = context;
  const test = await testStates(ground, unstopped);
  const finals = await measureFinals(ground, test, finalistsOf(search, measuring), measuring / 2, unstopped);
  const choice = choose(finals.finalists, effective);
  const broken = [...search.broken, ...finals.broken];
  if (choice === undefined) throw nothingFound(broken, context);
  const trials = search.trials.map(({ record }) => record);
  return {
    ...choice,
    spec: effective,
    ground,
    test,
    status: isStopped(context) ? "interrupted" : "complete",
    trials,
    isExhausted,
    broken,
    model: costModel(trials),
    seconds: { reference, search: (ended - solved) / 1000, finals: (clock() - ended) / 1000 },
  };
}

function nothingFound(broken: readonly BrokenTrial[], context: RunContext): Error {
  if (isStopped(context))
    return fail("INTERRUPTED", { what: "tune", received: "a stop before anything was tried" });
  return fail("NON_FINITE", {
    what: "tune",
    expected: "a solver that comes to an end on these states",
    received: broken[0]?.reason ?? "no time to try one",
    help: broken.length > 0 ? "check the field on these states, or shorten the span" : "allow more seconds",
  });
}
