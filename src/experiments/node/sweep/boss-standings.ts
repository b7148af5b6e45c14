import type { JobFailure, JobQueue, JobRecord, JobStanding, JobState } from "../../sweep/queue.js";
import { idOf, idsOf } from "./job-id.js";
import { SCHEMA } from "./schema.js";
import type { Row, Sql } from "./sql.js";

const standings = `
  SELECT id, j.state, j.output, j.started_on IS NOT NULL AS begun, j.retry_count, s.body AS sign
  FROM ${SCHEMA}.job j LEFT JOIN ${SCHEMA}.sign s USING (id) WHERE j.name = $1 AND id = ANY($2::uuid[])`;

const stateNames: Readonly<Record<string, JobState>> = {
  created: "waiting",
  retry: "retry",
  active: "running",
  completed: "complete",
  cancelled: "cancelled",
  failed: "failed",
};

/** How jobs of a queue of pg-boss stand. A job that has a result is complete, whatever the queue says. */
export const jobStates =
  (sql: Sql, queue: string): JobQueue["states"] =>
  async (keys) => {
    const found = new Map<string, JobStanding>();
    const done = await keysWithResult(sql, keys);
    const { rows } = await sql.executeSql(standings, [queue, idsOf(keys)]);
    const byId = new Map(rows.map((row) => [String(row.id), standingOf(row)]));
    for (const key of keys) {
      const standing = byId.get(idOf(key));
      if (done.has(key)) found.set(key, { ...(standing ?? ended), state: "complete", sign: undefined });
      else if (standing !== undefined) found.set(key, standing);
    }
    return found;
  };

const ended: JobStanding = { state: "complete", attempts: 1, failure: undefined, sign: undefined };

function standingOf({ state, output, begun, retry_count, sign }: Row): JobStanding {
  return {
    state: stateNames[state] ?? "waiting",
    attempts: begun ? Number(retry_count) + 1 : 0,
    failure: output === null ? undefined : failureOf(output, sign),
    sign: state === "active" && sign !== null ? sign : undefined,
  };
}

/** pg-boss says in words of its own that a worker was lost. */
function failureOf(output: Row, sign: Row): JobFailure {
  if (typeof output.reason === "string") return { reason: output.reason, log: String(output.log ?? "") };
  const last = sign === null ? "" : ` (${sign.worker}${sign.progress ? `, ${sign.progress.stage}` : ""})`;
  return { reason: `its worker gave no sign of life any more${last}`, log: "" };
}

/** Results by key, or only which there are. */
export const recordsOf =
  (sql: Sql) =>
  async (keys: readonly string[], namesOnly = false): Promise<ReadonlyMap<string, JobRecord>> => {
    const body = namesOnly ? "NULL AS body" : "body";
    const { rows } = await sql.executeSql(
      `SELECT key, ${body} FROM ${SCHEMA}.result WHERE key = ANY($1::text[])`,
      [keys],
    );
    return new Map(rows.map((row) => [String(row.key), row.body as JobRecord]));
  };

async function keysWithResult(sql: Sql, keys: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await recordsOf(sql)(keys, true)).keys());
}
