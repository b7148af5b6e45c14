import type { Store } from "../kit/store.js";

/** Where a queue is, and how to get there. */
export interface QueueRequest {
  /** `postgres://…`, or a folder in which PGlite keeps the queue for one process at a time. */
  readonly address: string;
  /** Where files go. Default: into the database; a folder's queue needs one. */
  readonly store?: Store | undefined;
  /** Seconds to wait for a database that does not answer before that is an error; it is asked for so long each time. */
  readonly patience?: number | undefined;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a sentence when a database does not answer, and when it does again. */
  readonly onTrouble?: ((sentence: string) => void) | undefined;
}

/** Whether an address is that of a PostgreSQL server. */
export const isPostgres = (address: string): boolean => /^postgres(?:ql)?:\/\//i.test(address);

/** Text in which connection strings are shortened to what gives nothing away. */
export const withoutConnections = (text: string): string =>
  text.replaceAll(/\b(postgres(?:ql)?):\/\/[^\s'"]*/gi, "$1://…");
