/** What page and worker say to each other. */
import type { Jobs } from "../worker/jobs.js";

/** The work that the worker knows, by name. */
export type JobName = keyof Jobs;
/** What a job is asked. */
export type RequestOf<Name extends JobName> = Parameters<Jobs[Name]>[0];
/** What it tells on its way. */
export type EventOf<Name extends JobName> = Jobs[Name] extends (
  request: never,
  context: { tell(event: infer News): void; readonly signal: AbortSignal },
) => unknown
  ? News
  : never;
/** What it ends with. */
export type ResultOf<Name extends JobName> = Awaited<ReturnType<Jobs[Name]>>;

/** From the page: begin a job, or stop one. */
export type ToWorker =
  | { readonly id: number; readonly job: JobName; readonly request: unknown }
  | { readonly id: number; readonly stop: true };

/** What a job could not do, as plain data. */
export interface Failure {
  /** Of the library's errors; absent for a bug of ours. */
  readonly code?: string | undefined;
  readonly message: string;
}

/** From the worker: news of a job, its result, or why there is none. */
export type FromWorker =
  | { readonly id: number; readonly event: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure };
