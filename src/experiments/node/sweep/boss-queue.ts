import type PgBoss from "pg-boss";
import { version } from "../../../version.js";
import type { Store } from "../../kit/store.js";
import type { Claim, JobFailure, JobQueue } from "../../sweep/queue.js";
import { jobStates, recordsOf } from "./boss-standings.js";
import { idOf, idsOf } from "./job-id.js";
import { SCHEMA } from "./schema.js";
import type { Sql } from "./sql.js";

/** Workers of one version do jobs of that version: results of others may differ. */
export const QUEUE: string = `jobs-${version}`;

/** Jobs that are put in at once. */
const BATCH = 1000;
/** Seconds before the second attempt; about twice as many before each that follows. */
const RETRY_DELAY = 2;
/** However often a job was lost, it waits no longer for its next attempt. */
const LONGEST_DELAY = "2 minutes";
/** Seconds between looks for jobs whose workers are lost, of all workers together. */
const WATCH_INTERVAL = 2;

/** A queue on pg-boss: claims, retries with backoff, expiry and failing are its; signs of life and results are ours. */
export function bossQueue(sql: Sql, boss: PgBoss, store: Store, description: string): JobQueue {
  return {
    store,
    description,
    ...workersSide(sql, boss),
    ...submittersSide(sql, boss),
    close: async () => {
      await boss.stop({ graceful: false, close: false }).catch(() => undefined);
      await sql.close();
    },
  };
}

/** A claim holds as long as nobody has the job for a later attempt: $1 is the queue, $2 the job, $3 the attempt. */
const owned = "name = $1 AND id = $2 AND state = 'active' AND retry_count = $3";

/** A job that comes forward has all its tries again, counted from this attempt: $5 says so, $6 how many there are. */
const signOfLife = `
  WITH own AS (
    UPDATE ${SCHEMA}.job SET started_on = now(),
      retry_limit = CASE WHEN $5 THEN GREATEST(retry_limit, retry_count + (data->>'tries')::int - 1) ELSE retry_limit END
    WHERE ${owned} RETURNING id),
  told AS (
    INSERT INTO ${SCHEMA}.sign SELECT id, $4::jsonb FROM own ON CONFLICT (id) DO UPDATE SET body = EXCLUDED.body)
  SELECT id FROM own`;

const keepResult = `
  WITH gone AS (DELETE FROM ${SCHEMA}.sign WHERE id = $3)
  INSERT INTO ${SCHEMA}.result VALUES ($1, $2::jsonb) ON CONFLICT DO NOTHING`;

const giveBack = `
  UPDATE ${SCHEMA}.job SET state = 'retry', start_after = now(), retry_limit = retry_limit + 1 WHERE ${owned}`;

/** One worker looks at a time. */
const takeWatch = `
  INSERT INTO ${SCHEMA}.setting VALUES ('watched', '') ON CONFLICT (name) DO UPDATE SET changed_on = now()
  WHERE setting.changed_on < now() - interval '${WATCH_INTERVAL} seconds' RETURNING name`;

const shortenWaits = `
  UPDATE ${SCHEMA}.job SET start_after = now() + interval '${LONGEST_DELAY}'
  WHERE name = $1 AND state = 'retry' AND start_after > now() + interval '${LONGEST_DELAY}'`;

type WorkersSide = Pick<JobQueue, "claim" | "beat" | "complete" | "fail" | "release" | "expire">;

function workersSide(sql: Sql, boss: PgBoss): WorkersSide {
  return {
    claim: async () => {
      const [job] = await boss.fetch<JobData>(QUEUE, { includeMetadata: true });
      if (job === undefined) return undefined;
      const { key, payload } = job.data;
      return { key, payload, attempt: job.retryCount, lease: Number(job.expireInSeconds) };
    },
    beat: async ({ key, attempt }, { advanced, ...sign }) => {
      const values = [QUEUE, idOf(key), attempt, JSON.stringify(sign), advanced];
      return (await sql.executeSql(signOfLife, values)).rows.length > 0;
    },
    complete: async ({ key }, result) => {
      await sql.executeSql(keepResult, [key, JSON.stringify(result), idOf(key)]);
      await boss.complete(QUEUE, idOf(key));
    },
    fail: (claim, failure, isFinal) => failOwned(sql, boss, claim, failure, isFinal),
    release: async ({ key, attempt }) => void (await sql.executeSql(giveBack, [QUEUE, idOf(key), attempt])),
    expire: async () => {
      if ((await sql.executeSql(takeWatch)).rows.length === 0) return;
      await boss.expire();
      await sql.executeSql(shortenWaits, [QUEUE]);
    },
  };
}

/** What pg-boss holds of a job. */
interface JobData {
  readonly key: string;
  readonly payload: unknown;
  readonly tries: number;
}

/** A worker that has lost a job must not fail it for the one that has it now. */
async function failOwned(
  sql: Sql,
  boss: PgBoss,
  { key, attempt }: Claim,
  failure: JobFailure,
  isFinal: boolean,
): Promise<void> {
  const claim = [QUEUE, idOf(key), attempt];
  await sql.transaction(async (session) => {
    const change = isFinal ? "retry_limit = retry_count" : "retry_limit = retry_limit";
    const { rows } = await session.executeSql(
      `UPDATE ${SCHEMA}.job SET ${change} WHERE ${owned} RETURNING id`,
      claim,
    );
    if (rows.length > 0) await boss.fail(QUEUE, idOf(key), failure, { db: session });
  });
}

type SubmittersSide = Omit<JobQueue, keyof WorkersSide | "store" | "description" | "close">;

function submittersSide(sql: Sql, boss: PgBoss): SubmittersSide {
  const { states, results } = { states: jobStates(sql, QUEUE), results: recordsOf(sql) };
  return {
    states,
    results,
    submit: async (jobs, { tries, lease }) => {
      const done = await results(
        jobs.map(({ key }) => key),
        true,
      );
      const open = jobs.filter(({ key }) => !done.has(key));
      for (let from = 0; from < open.length; from += BATCH)
        await boss.insert(
          open.slice(from, from + BATCH).map(({ key, payload }) => ({
            id: idOf(key),
            name: QUEUE,
            data: { key, payload, tries } satisfies JobData,
            retryLimit: tries - 1,
            retryDelay: RETRY_DELAY,
            retryBackoff: true,
            expireInSeconds: lease,
          })),
        );
    },
    cancel: async (keys) =>
      counted(keys, async (ids) => {
        // One that has ended is left as it is.
        const { affected } = answered(await boss.cancel(QUEUE, ids));
        return affected;
      }),
    retry: async (keys) =>
      counted(keys, async (ids) => {
        const resumed = answered(await boss.resume(QUEUE, ids)).affected;
        const retried = answered(await boss.retry(QUEUE, ids)).affected;
        await sql.executeSql(anew, [QUEUE, ids]);
        return resumed + retried;
      }),
    note: async (id, body) =>
      void (await sql.executeSql(
        `INSERT INTO ${SCHEMA}.sweep VALUES ($1, $2::jsonb) ON CONFLICT (id) DO UPDATE SET created_on = now()`,
        [id, JSON.stringify(body)],
      )),
    noted: async () =>
      (await sql.executeSql(`SELECT id, body FROM ${SCHEMA}.sweep ORDER BY created_on DESC`)).rows,
  };
}

const anew = `
  UPDATE ${SCHEMA}.job SET start_after = now(), retry_limit = retry_count + (data->>'tries')::int
  WHERE name = $1 AND id = ANY($2::uuid[]) AND state < 'active'`;

/** What pg-boss answers, which its types leave out. */
const answered = (answer: unknown): { readonly affected: number } => answer as { readonly affected: number };

async function counted(keys: readonly string[], change: (ids: string[]) => Promise<number>): Promise<number> {
  let total = 0;
  for (let from = 0; from < keys.length; from += BATCH)
    total += await change(idsOf(keys.slice(from, from + BATCH)));
  return total;
}
