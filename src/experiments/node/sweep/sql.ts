/** Statements of a database, in the form in which pg-boss wants to give them. */
export interface SqlSession {
  executeSql(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>;
}

/** A row of an answer, by column. */
// biome-ignore lint/suspicious/noExplicitAny: what a row holds is known to the statement, not to its type.
export type Row = any;

/** A database. */
export interface Sql extends SqlSession {
  /** Several statements of which all count, or none. */
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
