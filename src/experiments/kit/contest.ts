import type { RunContext } from "../../runtime/index.js";
import { clockOf, isStopped } from "../../runtime/internal.js";
import { type Broken, fail, isBroken, unlessItBreaks } from "../../tensor/index.js";
import { MEASURING_METHODS } from "./progress-stages.js";
import { stoppedBefore } from "./stage.js";
import { type Timing, timingOf } from "./timing.js";

/** What a run of a method costs, whole: what a correction costs is in. */
export interface Costs {
  /** Evaluations of f. */
  readonly nfe: number;
  /** Evaluations of a correction g. */
  readonly gCalls: number;
  /** Multiply–accumulates a sample, f and g together. */
  readonly macs: number;
  /** Where stability, not tolerance, limited the steps of an explicit pair. */
  readonly stiff?: true | undefined;
}

/** What a method gave on a case. */
export interface Outcome<Result> {
  readonly result: Result;
  readonly costs: Costs;
  /** Default: as the contest's clock tells. */
  readonly milliseconds?: number;
}

/** A method that takes part. */
export interface Contestant<Case, Result> {
  readonly method: string;
  /** Makes it ready: compiles what it runs. */
  prepare(): Promise<Prepared<Case, Result>>;
}

export interface Prepared<Case, Result> {
  /** @throws NON_FINITE, STEP_LIMIT or STEP_UNDERFLOW where it breaks: it then has no scores. */
  run(of: Case): Promise<Outcome<Result>>;
  dispose(): Promise<void>;
}

/** How good a result is on its case: an error, a share, a distance; or one number a sample. */
export type Measure<Case, Result> = (result: Result, of: Case) => Found | Promise<Found>;
type Found = number | Iterable<number>;

export interface Contest<Entrant, Case, Result, Name extends string> {
  readonly contestants: readonly Entrant[];
  /** Each is given to every method. */
  readonly cases: readonly Case[];
  readonly measures: Readonly<Record<Name, Measure<Case, Result>>>;
  /** Timed runs of each method, at least; every case is timed once. Default 3. */
  readonly repetitions?: number;
  /**
   * Whether methods take turns, so that a busy moment of the machine hits all. Default true; false where they are too
   * large to be held in memory at once.
   */
  readonly turns?: boolean;
}

/** What is said of a method that came through all cases. */
export interface Scores<Name extends string> extends Costs, Timing {
  /** By measure, all numbers of all cases. */
  readonly values: Readonly<Record<Name, readonly number[]>>;
}

/** The row of a method that broke, among those of the others. */
export interface BrokenRow extends Broken {
  readonly method: string;
}

/** A method with what is said of it. */
export interface Entry<Entrant, Name extends string> {
  readonly contestant: Entrant;
  readonly scores: Scores<Name> | Broken;
}

/**
 * Every method on every case: what it gives by the measures, what it costs, and what time it takes once warm. A method
 * that breaks on a case has no scores; the others go on.
 * @throws INTERRUPTED at a signal.
 */
export async function contest<Entrant extends Contestant<Case, Result>, Case, Result, Name extends string>(
  { contestants, turns = true, ...rules }: Contest<Entrant, Case, Result, Name>,
  context: RunContext = {},
): Promise<Entry<Entrant, Name>[]> {
  const groups = turns ? [contestants] : contestants.map((one) => [one]);
  const total = contestants.length * rules.cases.length;
  let done = 0;
  const onRun = (): void => context.onProgress?.({ stage: MEASURING_METHODS, done: ++done, total });
  const entries: Entry<Entrant, Name>[] = [];
  for (const group of groups) entries.push(...(await rounds(group, rules, { ...context, onRun })));
  return entries;
}

type Rules<Case, Result, Name extends string> = Pick<
  Contest<never, Case, Result, Name>,
  "cases" | "measures" | "repetitions"
>;

/** A method in the middle of a contest. */
interface Standing<Case, Result, Name extends string> {
  readonly prepared: Prepared<Case, Result>;
  readonly values: Record<Name, number[]>;
  readonly costs: Costs[];
  /** Without the first run, which allocates. */
  readonly times: number[];
  isWarm: boolean;
  broken?: Broken;
}

async function rounds<Entrant extends Contestant<Case, Result>, Case, Result, Name extends string>(
  group: readonly Entrant[],
  { cases, measures, repetitions = 3 }: Rules<Case, Result, Name>,
  context: RunContext & { onRun(): void },
): Promise<Entry<Entrant, Name>[]> {
  const names = Object.keys(measures) as Name[];
  const standings: Standing<Case, Result, Name>[] = [];
  const [first] = cases;
  if (first === undefined)
    throw fail("INVALID_ARGUMENT", { what: "contest", expected: "a case", received: "none" });
  try {
    for (const one of group) {
      const values = {} as Record<Name, number[]>;
      for (const name of names) values[name] = [];
      standings.push({ prepared: await one.prepare(), values, costs: [], times: [], isWarm: false });
    }
    for (const of of cases)
      for (const standing of standings) {
        if (isStopped(context)) throw stoppedBefore("contest");
        await scoreOn(of, standing, measures, context);
        context.onRun();
      }
    for (let turn = 0; turn < repetitions; turn++)
      for (const standing of standings)
        if (standing.times.length < repetitions) await timeOn(first, standing, context);
    return group.flatMap((contestant, i) => {
      const standing = standings[i];
      return standing === undefined ? [] : [{ contestant, scores: scoresOf(standing) }];
    });
  } finally {
    for (const { prepared } of standings) await prepared.dispose();
  }
}

async function scoreOn<Case, Result, Name extends string>(
  of: Case,
  standing: Standing<Case, Result, Name>,
  measures: Readonly<Record<Name, Measure<Case, Result>>>,
  context: RunContext,
): Promise<void> {
  const outcome = await timeOn(of, standing, context);
  if (outcome === undefined) return;
  standing.costs.push(outcome.costs);
  const found = await unlessItBreaks(measured(outcome.result, of, measures));
  if (isBroken(found)) standing.broken = found;
  else for (const [name, values] of found) standing.values[name].push(...values);
}

/** @returns undefined where it broke, now or before. */
async function timeOn<Case, Result, Name extends string>(
  of: Case,
  standing: Standing<Case, Result, Name>,
  context: RunContext,
): Promise<Outcome<Result> | undefined> {
  if (standing.broken !== undefined) return undefined;
  const clock = clockOf(context);
  const started = clock();
  const outcome = await unlessItBreaks(standing.prepared.run(of));
  if (isBroken(outcome)) {
    standing.broken = outcome;
    return undefined;
  }
  if (standing.isWarm) standing.times.push(outcome.milliseconds ?? clock() - started);
  standing.isWarm = true;
  return outcome;
}

async function measured<Case, Result, Name extends string>(
  result: Result,
  of: Case,
  measures: Readonly<Record<Name, Measure<Case, Result>>>,
): Promise<[Name, readonly number[]][]> {
  const found: [Name, readonly number[]][] = [];
  for (const [name, measure] of Object.entries<Measure<Case, Result>>(measures)) {
    const own = await measure(result, of);
    const values = typeof own === "number" ? [own] : [...own];
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong !== undefined)
      throw fail("NON_FINITE", { what: name, expected: "a finite number", received: String(wrong) });
    found.push([name as Name, values]);
  }
  return found;
}

function scoresOf<Name extends string>({
  broken,
  values,
  costs,
  times,
}: Pick<Standing<never, never, Name>, "broken" | "values" | "costs" | "times">): Scores<Name> | Broken {
  if (broken !== undefined) return broken;
  const mean = (cost: "nfe" | "gCalls" | "macs"): number =>
    costs.reduce((total, own) => total + own[cost], 0) / costs.length;
  const stiff = costs.some((own) => own.stiff === true) && { stiff: true as const };
  return {
    nfe: mean("nfe"),
    gCalls: mean("gCalls"),
    macs: mean("macs"),
    ...stiff,
    ...timingOf(times),
    values,
  };
}
