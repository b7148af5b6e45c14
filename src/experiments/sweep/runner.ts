import type { Artifact } from "../kit/artifact.js";
import type { JobPayload } from "./job.js";
import type { JobFailure, JobProgress } from "./queue.js";

/** What runs jobs on this machine, apart from the process that talks to the queue: a job may take down its own only. */
export interface JobRunner {
  start(assignment: Assignment): JobRun;
  /** Ends what runs. */
  dispose(): Promise<void>;
}

/** A job with all that it needs. */
export interface Assignment {
  readonly payload: JobPayload;
  /** Contents by hash. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What an earlier attempt kept; empty where there is nothing. */
  readonly kept: readonly WholeFile[];
  readonly onProgress: (progress: JobProgress) => void;
}

/** A file that was read. */
export interface WholeFile extends Artifact {
  readonly content: Uint8Array;
}

/** A job that runs. */
export interface JobRun {
  /** Never rejects. */
  readonly ended: Promise<JobEnd>;
  /** What another attempt would go on from, where there is more of it than at the last call; undefined where not. */
  kept(): Promise<readonly WholeFile[] | undefined>;
  /** Asks it to keep what it has and to end. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

/** How an attempt ended. */
export type JobEnd =
  | { readonly kind: "done"; readonly json: object; readonly files: readonly WholeFile[] }
  /** By an error of its own, which would come again. */
  | ({ readonly kind: "refused" } & JobFailure)
  /** By something that may not come again. */
  | ({ readonly kind: "crashed" } & JobFailure & LastKept)
  | ({ readonly kind: "stopped" } & LastKept);

/** What was kept since the last look. */
export interface LastKept {
  readonly kept?: readonly WholeFile[] | undefined;
}
