import { join } from "node:path";
import { fail } from "../../../tensor/index.js";
import { noStore } from "../../kit/store.js";
import type { JobQueue } from "../../sweep/queue.js";
import { isPostgres, type QueueRequest } from "../../sweep/queue-request.js";
import { bossQueue, QUEUE } from "./boss-queue.js";
import { lockFolder } from "./folder-lock.js";
import { optionalPackage } from "./optional-package.js";
import { openPglite } from "./pglite.js";
import { openPostgres } from "./postgres.js";
import { makeTables, SCHEMA } from "./schema.js";
import type { Sql } from "./sql.js";
import { sqlStore } from "./sql-store.js";

/** Days for which jobs wait, and for which ended ones are known to pg-boss; results stay. */
const RETENTION = 365;

/** Opens a queue, making what is missing of it. @throws MISSING_PACKAGE; QUEUE_NOT_AVAILABLE. */
export const openQueue = (request: QueueRequest): Promise<JobQueue> =>
  isPostgres(request.address) ? postgresQueue(request) : folderQueue(request);

async function postgresQueue(request: QueueRequest): Promise<JobQueue> {
  const sql = await openPostgres(request);
  try {
    const boss = await startBoss(sql);
    await agreeOnStore(sql, request.store === undefined ? "database" : "folder");
    return bossQueue(sql, boss, request.store ?? sqlStore(sql), sql.description);
  } catch (error) {
    await sql.close();
    throw error;
  }
}

async function folderQueue({ address, store = noStore }: QueueRequest): Promise<JobQueue> {
  const unlock = lockFolder(address);
  try {
    const sql = await openPglite(join(address, "database"));
    const boss = await startBoss(sql);
    await takeOver(sql, boss);
    const queue = bossQueue(sql, boss, store, address);
    return {
      ...queue,
      close: async () => {
        await queue.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startBoss(sql: Sql): Promise<Boss> {
  const { default: PgBoss } = await optionalPackage("pg-boss", () => import("pg-boss"));
  const boss = new PgBoss({
    db: { executeSql: (text, values) => sql.executeSql(text, values) },
    schema: SCHEMA,
    // Every worker looks for lost jobs itself; nothing is scheduled.
    supervise: false,
    schedule: false,
    retentionDays: RETENTION,
    archiveCompletedAfterSeconds: RETENTION * 86_400,
  });
  boss.on("error", () => undefined);
  await boss.start();
  await boss.createQueue(QUEUE, { name: QUEUE, policy: "standard" });
  await sql.transaction(makeTables);
  return boss;
}
type Boss = Parameters<typeof bossQueue>[1];

/** Nobody else works in this folder: whoever had jobs there is gone. */
async function takeOver(sql: Sql, boss: Boss): Promise<void> {
  await sql.executeSql(
    `UPDATE ${SCHEMA}.job SET started_on = now() - expire_in - interval '1 second' WHERE state = 'active'`,
  );
  await boss.expire();
}

/** All that use a queue have to look for files in one place. */
async function agreeOnStore(sql: Sql, own: "database" | "folder"): Promise<void> {
  const { rows } = await sql.executeSql(
    `INSERT INTO ${SCHEMA}.setting VALUES ('store', $1)
     ON CONFLICT (name) DO UPDATE SET value = setting.value RETURNING value`,
    [own],
  );
  const kept = String(rows[0]?.value);
  if (kept === own) return;
  throw fail("QUEUE_NOT_AVAILABLE", {
    what: "--store",
    expected:
      kept === "folder"
        ? "the folder in which this queue keeps files"
        : "none: this queue keeps files itself",
    received: own === "folder" ? "a folder" : "none",
    help: kept === "folder" ? "add --store FOLDER, the one that all machines share" : "drop --store",
  });
}
