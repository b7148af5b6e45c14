import { fail } from "../../../tensor/index.js";
import type { Store } from "../../kit/store.js";
import { SCHEMA } from "./schema.js";
import type { SqlSession } from "./sql.js";

/** Bytes of a file in a database: drivers and servers hold all of it in memory, several times over. */
const MOST = 100 * 2 ** 20;

/** Files in a table of the database: for small ones. */
export const sqlStore = (sql: SqlSession): Store => ({
  read: async (name) => {
    const { rows } = await sql.executeSql(`SELECT content FROM ${SCHEMA}.file WHERE name = $1`, [name]);
    return rows[0] === undefined ? undefined : new Uint8Array(rows[0].content);
  },
  write: async (name, content) => {
    if (content.byteLength > MOST)
      throw fail("FILE_NOT_WRITABLE", {
        what: name,
        expected: `at most ${MOST / 2 ** 20} MB in a database`,
        received: `${Math.ceil(content.byteLength / 2 ** 20)} MB`,
        help: "keep files in a folder that all machines share: --store FOLDER",
      });
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    await sql.executeSql(
      `INSERT INTO ${SCHEMA}.file VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET content = EXCLUDED.content`,
      [name, bytes],
    );
  },
  remove: async (name) => void (await sql.executeSql(`DELETE FROM ${SCHEMA}.file WHERE name = $1`, [name])),
});
