import { optionalPackage } from "./optional-package.js";
import type { Row, Sql, SqlSession } from "./sql.js";

/** PostgreSQL in this process, in a folder that no other process may open. */
export async function openPglite(folder: string): Promise<Sql> {
  const { PGlite } = await optionalPackage("@electric-sql/pglite", () => import("@electric-sql/pglite"));
  const database = await PGlite.create(folder);
  return {
    ...sessionOf(database),
    transaction: (work) => database.transaction((inside) => work(sessionOf(inside))),
    close: () => database.close(),
  };
}

interface Statements {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  exec(text: string): Promise<{ rows: unknown[] }[]>;
}

/** Several statements in one text are only run without values. */
const sessionOf = (of: Statements): SqlSession => ({
  executeSql: async (text, values = []) => {
    const { rows } = values.length > 0 ? await of.query(text, [...values]) : lastOf(await of.exec(text));
    return { rows: rows as Row[] };
  },
});

const lastOf = (results: readonly { rows: unknown[] }[]): { rows: unknown[] } =>
  results.at(-1) ?? { rows: [] };
