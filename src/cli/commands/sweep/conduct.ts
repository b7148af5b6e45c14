import {
  follow,
  type JobQueue,
  type JobRecord,
  type PlannedJob,
  type PlannedSweep,
  type Standings,
  standingsOf,
} from "../../../experiments/internal.js";
import type { Machine } from "../../options/options.js";
import { workHere } from "../worker/local-workers.js";

/** What is done with the jobs of a sweep until they have ended. */
export interface Conduct {
  readonly tries: number;
  readonly lease: number;
  /** Of this machine. */
  readonly workers: number;
  readonly machine: Machine;
  readonly signal: AbortSignal;
  readonly onLook?: ((all: Standings) => Promise<void> | void) | undefined;
  /** Is handed every result, once, as soon as there is one. */
  readonly onResult?: ((job: PlannedJob, record: JobRecord) => Promise<void>) | undefined;
}

/** How the jobs of a sweep ended. */
export interface Conducted {
  readonly standings: Standings;
  readonly records: ReadonlyMap<string, JobRecord>;
}

/** Results that are fetched at once. */
const BATCH = 200;

/**
 * Puts the jobs of a sweep into a queue, works on them here as far as wanted, and hands out what comes of them, until all
 * have ended or a signal.
 * @throws QUEUE_NOT_AVAILABLE.
 */
export async function conduct(
  queue: JobQueue,
  { id, noted, jobs }: PlannedSweep,
  { tries, lease, workers, machine, signal, onLook, onResult }: Conduct,
): Promise<Conducted> {
  await queue.note(id, noted);
  await queue.submit(jobs, { tries, lease });
  const over = new AbortController();
  const working = workHere(queue, {
    count: workers,
    machine,
    signal: AbortSignal.any([signal, over.signal]),
  });
  // A worker that cannot go on is no reason to wait for ever.
  const lost = new AbortController();
  working.catch(() => lost.abort());
  const fetched = fetcher(queue, jobs, onResult);
  try {
    const standings = await follow(queue, [...new Set(jobs.map(({ key }) => key))], {
      signal: AbortSignal.any([signal, lost.signal]),
      onLook: async (all) => {
        await onLook?.(all);
        await fetched.fetch(all);
      },
    });
    over.abort();
    await working;
    if (!signal.aborted) return { standings, records: fetched.records };
    // What workers gave back, or ended while they were told to.
    const last = await standingsOf(queue, [...standings.keys()]);
    await fetched.fetch(last);
    return { standings: last, records: fetched.records };
  } finally {
    over.abort();
    await working.catch(() => undefined);
  }
}

/** Fetches results of jobs that are complete, once each. */
export function fetcher(
  queue: JobQueue,
  jobs: readonly PlannedJob[],
  onResult: Conduct["onResult"],
): { readonly records: ReadonlyMap<string, JobRecord>; fetch(all: Standings): Promise<void> } {
  const records = new Map<string, JobRecord>();
  const byKey = new Map(jobs.map((job) => [job.key, job]));
  return {
    records,
    fetch: async (all) => {
      const fresh = [...byKey.keys()].filter(
        (key) => !records.has(key) && all.get(key)?.state === "complete",
      );
      for (let from = 0; from < fresh.length; from += BATCH)
        for (const [key, record] of await queue.results(fresh.slice(from, from + BATCH))) {
          const job = byKey.get(key);
          if (job !== undefined) await onResult?.(job, record);
          records.set(key, record);
        }
    },
  };
}
