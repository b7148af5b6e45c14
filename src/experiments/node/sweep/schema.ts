import type { SqlSession } from "./sql.js";

/** Everything lies in one schema of the database. */
export const SCHEMA = "hypersolvers";

/** Tables beside those of pg-boss: what came of jobs, sweeps, signs of life, files. */
const tables = `
  CREATE TABLE IF NOT EXISTS ${SCHEMA}.result (
    key text PRIMARY KEY, body jsonb NOT NULL, created_on timestamptz NOT NULL DEFAULT now());
  CREATE TABLE IF NOT EXISTS ${SCHEMA}.sweep (
    id text PRIMARY KEY, body jsonb NOT NULL, created_on timestamptz NOT NULL DEFAULT now());
  CREATE TABLE IF NOT EXISTS ${SCHEMA}.sign (id uuid PRIMARY KEY, body jsonb NOT NULL);
  CREATE TABLE IF NOT EXISTS ${SCHEMA}.file (name text PRIMARY KEY, content bytea NOT NULL);
  CREATE TABLE IF NOT EXISTS ${SCHEMA}.setting (
    name text PRIMARY KEY, value text NOT NULL, changed_on timestamptz NOT NULL DEFAULT now())`;

/** pg-boss 10 sorts all waiting jobs for every claim, and reads all jobs for those that expire. */
const indices = `
  CREATE INDEX IF NOT EXISTS job_claims ON ${SCHEMA}.job (name, priority DESC, created_on, id) WHERE state < 'active';
  CREATE INDEX IF NOT EXISTS job_running ON ${SCHEMA}.job (started_on) WHERE state = 'active'`;

/** Makes what is missing. Several processes may do so at once. */
export async function makeTables(session: SqlSession): Promise<void> {
  await session.executeSql(`SELECT pg_advisory_xact_lock(hashtext('${SCHEMA}.tables'))`);
  await session.executeSql(`${tables};${indices}`);
}
