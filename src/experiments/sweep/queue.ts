import type { Store } from "../kit/store.js";
import type { Job } from "./job.js";

/** Jobs that wait for workers, wherever these are, and what came of them. */
export interface JobQueue {
  /** Files by content, and checkpoints. */
  readonly store: Store;
  /** For people; without user, password and options of the connection. */
  readonly description: string;
  /** Puts jobs in. What has a result, waits already or has failed is left as it is. */
  submit(jobs: readonly Job[], terms: JobTerms): Promise<void>;
  /** A job to be done, now this worker's as long as it gives signs of life; undefined where none waits. */
  claim(): Promise<Claim | undefined>;
  /**
   * A sign of life.
   * @returns whether the job still is this worker's: it is not once it was cancelled, or taken for lost and given away.
   */
  beat(claim: Claim, sign: LifeSign): Promise<boolean>;
  /** Keeps a result and ends the job. The first result stands, whoever brings another. */
  complete(claim: Claim, result: JobRecord): Promise<void>;
  /** Ends an attempt without a result; the job waits for the next one while there are tries left, unless it is final. */
  fail(claim: Claim, failure: JobFailure, isFinal: boolean): Promise<void>;
  /** Gives a job back as it is: no attempt. */
  release(claim: Claim): Promise<void>;
  /** Jobs whose workers gave no sign of life for too long wait again, or fail after too many tries. */
  expire(): Promise<void>;
  /** How jobs stand. Those that were never put in are missing. */
  states(keys: readonly string[]): Promise<ReadonlyMap<string, JobStanding>>;
  results(keys: readonly string[]): Promise<ReadonlyMap<string, JobRecord>>;
  /** Takes jobs out that have not ended; running ones are dropped at the next sign of life. @returns how many. */
  cancel(keys: readonly string[]): Promise<number>;
  /** Lets failed and cancelled jobs wait again, with as many tries as at first. @returns how many. */
  retry(keys: readonly string[]): Promise<number>;
  /** Notes a sweep, under its id. */
  note(id: string, body: object): Promise<void>;
  /** Sweeps that were noted, newest first. */
  noted(): Promise<readonly { readonly id: string; readonly body: unknown }[]>;
  close(): Promise<void>;
}

/** How jobs are to be treated. */
export interface JobTerms {
  /** Attempts without progress between them before a job has failed. */
  readonly tries: number;
  /** Seconds without a sign of life after which its worker is taken for lost. */
  readonly lease: number;
}

/** A job in the hands of a worker. */
export interface Claim {
  readonly key: string;
  /** As it came out of the queue: to be checked. */
  readonly payload: unknown;
  /** Counts from 0; whoever holds an earlier one has lost the job. */
  readonly attempt: number;
  readonly lease: number;
}

/** What a worker tells of a job. */
export interface LifeSign {
  /** Of the worker, for people. */
  readonly worker: string;
  readonly progress?: JobProgress | undefined;
  /** Whether a checkpoint was kept since the last sign: the job has all its tries again. */
  readonly advanced: boolean;
}

/** How far a job is. */
export interface JobProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly detail?: string | undefined;
}

/** Why an attempt ended without a result. */
export interface JobFailure {
  readonly reason: string;
  /** The end of what it said. */
  readonly log: string;
}

/** What came of a job. */
export interface JobRecord {
  /** What the command tells programs: the numbers of the run. */
  readonly json: object;
  /** What it wrote, by path below its folder. */
  readonly files: Readonly<Record<string, { readonly hash: string; readonly size: number }>>;
  /** Of the attempt that ended it. */
  readonly seconds: number;
  readonly worker: string;
}

/** `waiting` is a job before its first attempt, `retry` one before another. */
export type JobState = "waiting" | "retry" | "running" | "complete" | "failed" | "cancelled";

/** How a job stands. */
export interface JobStanding {
  readonly state: JobState;
  /** Attempts that were begun. */
  readonly attempts: number;
  /** Of the last attempt that ended without a result. */
  readonly failure: JobFailure | undefined;
  /** The last sign of life of a running job. */
  readonly sign: Omit<LifeSign, "advanced"> | undefined;
}
