import { stateErrors } from "../../hypersolver/index.js";
import type { RunContext } from "../../runtime/index.js";
import { isBroken, Random, type Tensor } from "../../tensor/index.js";
import { type SolveCase, type SolveContestant, solveContestant } from "../kit/competitor.js";
import { contest } from "../kit/contest.js";
import type { Timing } from "../kit/timing.js";
import type { Estimate } from "./estimate.js";
import { errorOf } from "./goal.js";
import type { MeasuredStates, TuneGround } from "./ground.js";
import { closest, fastest, leanest, type Search } from "./search.js";
import type { BrokenTrial, Trial } from "./trial.js";

/** A solver that was timed in turns with the others, and measured on states by which nothing was chosen. */
export interface Finalist extends Trial {
  readonly test: Estimate;
  readonly timing: Timing;
}

/** Slower ones cannot turn out to be the fastest. */
const WITHIN = 1.6;
const MOST_FINALISTS = 8;
const FEWEST_FINALISTS = 3;
const ROUNDS = { fewest: 5, most: 301 };

/**
 * Those that may win: what keeps to the goal on the selection and is about as fast as the fastest, and the best of each kind.
 * @param seconds for their measurement: where solves take long there are fewer of them, three at least.
 */
export function finalistsOf({ trials, best, meets, ground }: Search, seconds: number): Trial[] {
  const good = trials.filter(({ record }) => meets(record));
  const limit = WITHIN * (fastest(good)?.record.milliseconds ?? 0);
  const near = good.filter(({ record }) => record.milliseconds <= limit);
  const { milliseconds: most = Number.POSITIVE_INFINITY } = ground.spec;
  const isInTime = ({ record }: Trial): boolean => record.milliseconds <= most;
  const inTime = trials.some(isInTime) ? trials.filter(isInTime) : trials;
  const solving = inTime.filter(({ record }) => record.family !== "student");
  const others = [...(good.length >= 4 ? [] : solving)].sort(
    (a, b) => a.record.error.value - b.record.error.value,
  );
  const kinds = [
    best(),
    leanest({ trials, meets }),
    best("classical"),
    best("adaptive"),
    best("coefficients", "correction", "both"),
    best("student"),
    closest(solving.filter(({ method }) => method.kind === "fixed")),
    closest(solving),
    closest(trials.filter(({ record }) => record.family !== "student")),
  ];
  const bySpeed = [...near].sort((a, b) => a.record.milliseconds - b.record.milliseconds);
  const all = [...kinds.flatMap((trial) => trial ?? []), ...bySpeed, ...others];
  const finalists = [...new Set(all)].slice(0, MOST_FINALISTS);
  let left = 1000 * seconds;
  return finalists.filter(({ record }, i) => {
    left -= ROUNDS.fewest * record.milliseconds;
    return i < FEWEST_FINALISTS || left >= 0;
  });
}

/** Test errors, and the times of a batch in turns. What breaks on the test states is left out, with its reason. */
export async function measureFinals(
  ground: TuneGround,
  test: MeasuredStates,
  finalists: readonly Trial[],
  seconds: number,
  context: RunContext,
): Promise<{
  readonly finalists: Finalist[];
  readonly broken: readonly BrokenTrial[];
}> {
  const { field, span, spec, batch } = ground;
  const contestants = finalists.map((trial) => ({
    ...solveContestant<SolveCase, Tensor>(
      { method: trial.method, role: trial.record.role },
      { field, span, context },
      (end) => end,
    ),
    trial,
  }));
  const measures = { distance: (end: Tensor) => stateErrors(end, test.ends).samples };
  type Entrant = SolveContestant<SolveCase, Tensor> & { readonly trial: Trial };
  const errors = await contest<Entrant, SolveCase, Tensor, "distance">(
    { contestants, cases: [test.samples], measures, repetitions: 0, turns: false },
    context,
  );
  const whole = errors.filter(({ scores }) => !isBroken(scores));
  const each = finalists.reduce((sum, { record }) => sum + record.milliseconds, 0);
  const repetitions = Math.round(
    Math.min(ROUNDS.most, Math.max(ROUNDS.fewest, (1000 * seconds) / Math.max(each, 1e-3))),
  );
  const times = await contest<Entrant, SolveCase, Tensor, never>(
    { contestants: whole.map(({ contestant }) => contestant), cases: [batch], measures: {}, repetitions },
    context,
  );
  const random = new Random(spec.seed);
  const found = times.flatMap(({ contestant: { trial }, scores: timing }, i): Finalist[] => {
    const scores = whole[i]?.scores;
    if (scores === undefined || isBroken(scores) || isBroken(timing)) return [];
    const distances = Float64Array.from(scores.values.distance);
    const estimate = errorOf(distances, spec, test.norm, random.fork("test bootstrap"));
    const { milliseconds, fastest: least, slowest, runs } = timing;
    return [{ ...trial, test: estimate, timing: { milliseconds, fastest: least, slowest, runs } }];
  });
  const broken = [...errors, ...times].flatMap(({ contestant: { trial }, scores }) => {
    const { name, family, seconds } = trial.record;
    return isBroken(scores) ? [{ ...scores, name, family, seconds }] : [];
  });
  return { finalists: found, broken };
}
