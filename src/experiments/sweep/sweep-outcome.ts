import { type JoinedRow, joinRows, type ResultRow, type RowKey } from "../kit/result-row.js";
import type { Standings } from "./follow.js";
import type { PlannedJob, PlannedSweep } from "./plan.js";
import type { JobRecord, JobState } from "./queue.js";
import { COSTS, ERROR, rowsOfJob } from "./sweep-rows.js";

/** What `metrics.json` of a sweep holds. */
export interface SweepMetrics {
  readonly id: string;
  readonly name: string | undefined;
  readonly kind: string;
  readonly status: "complete" | "failed" | "interrupted";
  /** Options whose values the rows are by; seeds are joined. */
  readonly seeds: readonly unknown[];
  /** Numbers as mean and standard deviation over the seeds. */
  readonly rows: readonly JoinedRow[];
  /** Rows that no other beats in error and evaluations both; of fits and searches. */
  readonly best: readonly JoinedRow[];
  readonly jobs: readonly SweepJob[];
  /** Of all jobs together. */
  readonly seconds: number;
}

/** A job as it ended, or stands. */
export interface SweepJob {
  readonly key: string;
  readonly at: PlannedJob["at"];
  readonly state: JobState;
  readonly attempts: number;
  /** Why it has no result. */
  readonly reason: string | undefined;
  readonly log: string | undefined;
  readonly seconds: number | undefined;
}

/** The option that is averaged over. */
const SEED = "seed";

/** What became of a sweep. @param records results of the jobs that have one. */
export function sweepMetrics(
  { id, noted, kind, jobs }: PlannedSweep,
  standings: Standings,
  records: ReadonlyMap<string, JobRecord>,
): SweepMetrics {
  const stories = jobs.map((job) => storyOf(job, standings, records));
  const found = jobs.flatMap(({ at, key }) => {
    const record = records.get(key);
    return record === undefined ? [] : rowsOfJob(kind.name, record.json).map((row) => placed(row, at));
  });
  const rows = joinRows([found]);
  const seeds = [...new Set(jobs.map(({ at }) => JSON.stringify(at[SEED] ?? null)))].map((text) =>
    JSON.parse(text),
  );
  return {
    id,
    name: noted.sweep.name,
    kind: kind.name,
    status: statusOf(stories),
    seeds,
    rows,
    best: bestOf(rows),
    jobs: stories,
    seconds: stories.reduce((total, { seconds = 0 }) => total + seconds, 0),
  };
}

function storyOf(
  { key, at }: PlannedJob,
  standings: Standings,
  records: ReadonlyMap<string, JobRecord>,
): SweepJob {
  const { state = "waiting", attempts = 0, failure } = standings.get(key) ?? {};
  const isFailed = state !== "complete" && failure !== undefined;
  return {
    key,
    at,
    state,
    attempts,
    reason: isFailed ? failure.reason : undefined,
    log: isFailed ? failure.log : undefined,
    seconds: records.get(key)?.seconds,
  };
}

const statusOf = (jobs: readonly SweepJob[]): SweepMetrics["status"] => {
  if (jobs.every(({ state }) => state === "complete")) return "complete";
  return jobs.some(({ state }) => state === "failed") && jobs.every(({ state }) => isEnd(state))
    ? "failed"
    : "interrupted";
};

const isEnd = (state: JobState): boolean => state === "complete" || state === "failed";

/** A row where it stands in the sweep: other seeds of it have the same key. */
const placed = ({ key, outcome }: ResultRow, at: PlannedJob["at"]): ResultRow => {
  const where = Object.entries(at).flatMap(([option, value]): [string, string | number][] =>
    option === SEED ? [] : [[option, typeof value === "number" ? value : wordsOf(value)]],
  );
  return { key: { ...Object.fromEntries(where), ...key } satisfies RowKey, outcome };
};

/** A value for people: text as it is, lists with commas. */
export const wordsOf = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(wordsOf).join(",")
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

/** Rows that no other beats in both error and cost, cheapest first. */
function bestOf(rows: readonly JoinedRow[]): JoinedRow[] {
  const costOf = ({ values }: JoinedRow): number =>
    values[COSTS.macs]?.mean ?? values[COSTS.nfe]?.mean ?? Number.NaN;
  const errorOf = ({ values }: JoinedRow): number => values[ERROR]?.mean ?? Number.NaN;
  const whole = rows.filter((row) => Number.isFinite(costOf(row)) && Number.isFinite(errorOf(row)));
  const sorted = [...whole].sort((a, b) => costOf(a) - costOf(b) || errorOf(a) - errorOf(b));
  let least = Number.POSITIVE_INFINITY;
  return sorted.filter((row) => {
    const isBetter = errorOf(row) < least;
    least = Math.min(least, errorOf(row));
    return isBetter;
  });
}
