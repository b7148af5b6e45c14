import { setTimeout as delay } from "node:timers/promises";
import type { Pool } from "pg";
import { fail, isHypersolversError } from "../../../tensor/index.js";
import { type QueueRequest, withoutConnections } from "../../sweep/queue-request.js";
import { optionalPackage } from "./optional-package.js";
import type { Row, Sql, SqlSession } from "./sql.js";

/** Connections of one process: a worker asks for one thing at a time, and gives signs of life beside it. */
const CONNECTIONS = 2;
/** Milliseconds after which a server that took a question counts as gone. */
const ANSWER_TIME = 60_000;
const CONNECT_TIME = 15_000;
const DEFAULT_PATIENCE = 30;

/**
 * A PostgreSQL server. Whatever a connection string may say goes to `pg` as it is: `sslmode`, `sslrootcert`, `sslcert`,
 * `sslkey`, `options`; so do PGHOST, PGPASSWORD and the like. A server that is away is asked again, ever more rarely.
 * @throws MISSING_PACKAGE; QUEUE_NOT_AVAILABLE where it does not answer for as long as patience lasts, or refuses.
 */
export async function openPostgres(request: QueueRequest): Promise<Sql & { readonly description: string }> {
  const { default: pg } = await optionalPackage("pg", () => import("pg"));
  const description = placeOf(request.address);
  const pool = new pg.Pool({
    connectionString: request.address,
    max: CONNECTIONS,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIME,
    query_timeout: ANSWER_TIME,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    application_name: "hypersolvers",
  });
  // A connection that breaks while idle is found at the next query.
  pool.on("error", () => undefined);
  const again = <T>(work: () => Promise<T>): Promise<T> => persistently(work, request, description);
  const sql: Sql = {
    executeSql: (text, values) => again(() => answer(pool, text, values)),
    transaction: (work) => again(() => inTransaction(pool, work)),
    close: () => pool.end(),
  };
  try {
    await sql.executeSql("SELECT 1");
    return { ...sql, description };
  } catch (error) {
    await pool.end().catch(() => undefined);
    throw error;
  }
}

interface Asked {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Several statements in one text have several results. */
async function answer(asked: Asked, text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }> {
  const result: { rows: unknown[] } | { rows: unknown[] }[] = await asked.query(text, values && [...values]);
  return { rows: (Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows) as Row[] };
}

async function inTransaction<T>(pool: Pool, work: (session: SqlSession) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work({ executeSql: (text, values) => answer(client, text, values) });
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Host and database: all of an address that may be shown. */
function placeOf(address: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(address);
    const host = searchParams.get("host") ?? (hostname === "" ? "this machine" : hostname);
    return `PostgreSQL at ${host}${port === "" ? "" : `:${port}`}, database ${pathname.slice(1) || "of the user's name"}`;
  } catch {
    return "PostgreSQL";
  }
}

/** SQLSTATE classes and codes, and codes of Node, that say that the server is away or about to be. */
const away = /^(?:08...|57P0[1-3]|53300|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOENT)$/;
const awayWords =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|server closed/i;

function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  const parts: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return away.test(code) || awayWords.test(error.message) || parts.some(isAway);
}

/** Asks until there is an answer. A statement whose answer was lost may run twice: all of them may. */
async function persistently<T>(
  work: () => Promise<T>,
  { patience = DEFAULT_PATIENCE, signal, onTrouble }: QueueRequest,
  place: string,
): Promise<T> {
  const begun = performance.now();
  for (let attempt = 0; ; attempt++) {
    try {
      const result = await work();
      if (attempt > TOLD_AFTER) onTrouble?.(`${place} answers again`);
      return result;
    } catch (error) {
      if (isHypersolversError(error)) throw error;
      const isOver = (performance.now() - begun) / 1000 > patience || signal?.aborted === true;
      if (!isAway(error) || isOver) throw unusable(error, place);
      if (attempt === TOLD_AFTER)
        onTrouble?.(`${place} does not answer (${reasonOf(error)}); it is asked again`);
      // Not all workers at once.
      await delay(Math.min(10_000, 100 * 2 ** attempt) * (0.5 + Math.random())).catch(() => undefined);
    }
  }
}

/** A connection or two may break when a server restarts: no reason to worry anybody. */
const TOLD_AFTER = 2;

const reasonOf = (error: unknown): string => {
  const own = error instanceof AggregateError ? error.errors[0] : error;
  return withoutConnections(own instanceof Error ? own.message || own.name : String(own));
};

// The cause is not handed on: drivers put connection parameters into their errors.
const unusable = (error: unknown, place: string): Error =>
  fail("QUEUE_NOT_AVAILABLE", {
    what: place,
    expected: "a server that answers and takes this user",
    received: reasonOf(error),
    help: "check address, user, password and TLS options (?sslmode=…) of --queue, and that the server is running",
  });
