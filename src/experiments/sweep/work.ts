import { isHypersolversError } from "../../tensor/index.js";
import { getContent, putContent } from "./content.js";
import { checkedJob, type JobKinds, type JobPayload } from "./job.js";
import { dropKept, readKept, writeKept } from "./kept-files.js";
import type { Claim, JobFailure, JobProgress, JobQueue, JobRecord } from "./queue.js";
import type { JobEnd, JobRun, JobRunner } from "./runner.js";

/** Options and callbacks of a worker. */
export interface WorkOrders {
  readonly kinds: JobKinds;
  /** Of this worker, for people: `lab-3, process 4711`. */
  readonly worker: string;
  /** Ends the work: the running job is given back with its checkpoint. */
  readonly signal: AbortSignal;
  /** Whether to end when no job is waiting. Default: wait for more. */
  readonly isOver?: (() => boolean) | undefined;
  readonly onEvent?: ((event: WorkEvent) => void) | undefined;
}

/** What a worker does. */
export interface WorkEvent {
  readonly key: string;
  readonly event: "begun" | "resumed" | "complete" | "failed" | "lost" | "returned";
  readonly reason?: string;
}

/** Milliseconds between looks for a job: soon after one was done, ever later where there is none. */
const SOON = 100;
const LATE = 5000;
/** Milliseconds between looks for jobs of workers that are lost. */
const LOOK = 2000;
/** Milliseconds that a job has to keep what it has, once it is to stop. */
const STOP_TIME = 10_000;
/** Signs of life in the time after which a worker counts as lost, at least. */
const SIGNS = 4;
/** Milliseconds between signs of life, and between looks for checkpoints, at most. */
const BEAT = 5000;
const LOOK_INSIDE = 1000;

/** Does jobs of a queue one after another, until it is told to end. @throws QUEUE_NOT_AVAILABLE where the queue is gone. */
export async function work(queue: JobQueue, runner: JobRunner, orders: WorkOrders): Promise<void> {
  const { signal, isOver = () => false } = orders;
  let [pause, looked] = [SOON, Number.NEGATIVE_INFINITY];
  while (!signal.aborted) {
    if (performance.now() - looked > LOOK) {
      await queue.expire();
      looked = performance.now();
    }
    const claim = await queue.claim();
    if (claim !== undefined) {
      await perform(queue, runner, claim, orders);
      pause = SOON;
    } else if (isOver()) return;
    else {
      await waited(pause * (0.75 + Math.random() / 2), signal);
      pause = Math.min(LATE, 1.5 * pause);
    }
  }
}

/** A pause that a signal ends. */
export const waited = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });

async function perform(queue: JobQueue, runner: JobRunner, claim: Claim, orders: WorkOrders): Promise<void> {
  const tell = (event: WorkEvent["event"], reason?: string): void =>
    orders.onEvent?.({ key: claim.key, event, ...(reason === undefined ? {} : { reason }) });
  const known = (await queue.results([claim.key])).get(claim.key);
  if (known !== undefined) return queue.complete(claim, known);
  const begun = performance.now();
  const prepared = await unlessRefused(() => prepare(queue, claim, orders));
  if ("failure" in prepared) {
    await queue.fail(claim, prepared.failure, prepared.isFinal);
    return tell("failed", prepared.failure.reason);
  }
  const kept = await readKept(queue.store, claim.key);
  const sign = { progress: undefined as JobProgress | undefined };
  const run = runner.start({
    ...prepared,
    kept,
    onProgress: (progress) => {
      sign.progress = progress;
    },
  });
  tell(kept.length > 0 ? "resumed" : "begun");
  const isOurs = await watch(queue, claim, run, sign, orders);
  const end = await run.ended;
  if (end.kind === "done") {
    const seconds = (performance.now() - begun) / 1000;
    await queue.complete(claim, await recordOf(queue, end, { seconds, worker: orders.worker }));
    await dropKept(queue.store, claim.key);
    return tell("complete");
  }
  if (!isOurs) return tell("lost");
  if (end.kind !== "refused" && end.kept !== undefined) {
    await writeKept(queue.store, claim.key, end.kept);
    await queue.beat(claim, { worker: orders.worker, progress: sign.progress, advanced: true });
  }
  if (end.kind === "stopped" || orders.signal.aborted) {
    await queue.release(claim);
    return tell("returned");
  }
  await queue.fail(claim, { reason: end.reason, log: end.log }, end.kind === "refused");
  tell("failed", end.reason);
}

interface Prepared {
  readonly payload: JobPayload;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

async function prepare(queue: JobQueue, claim: Claim, { kinds }: WorkOrders): Promise<Prepared> {
  const { payload } = checkedJob(kinds, claim.payload, claim.key);
  const files = new Map<string, Uint8Array>();
  for (const hash of Object.keys(payload.files)) files.set(hash, await getContent(queue.store, hash));
  return { payload, files };
}

/** What is wrong with a job itself would be so again; a file that is missing may come. */
async function unlessRefused(
  work: () => Promise<Prepared>,
): Promise<Prepared | { readonly failure: JobFailure; readonly isFinal: boolean }> {
  try {
    return await work();
  } catch (error) {
    if (!isHypersolversError(error) || error.code === "QUEUE_NOT_AVAILABLE") throw error;
    return { failure: { reason: error.message, log: "" }, isFinal: error.code === "INVALID_ARGUMENT" };
  }
}

/**
 * Gives signs of life and keeps checkpoints while a job runs.
 * @returns whether the job is this worker's to the end: a job that was lost is ended at once.
 */
async function watch(
  queue: JobQueue,
  claim: Claim,
  run: JobRun,
  sign: { readonly progress: JobProgress | undefined },
  { worker, signal }: WorkOrders,
): Promise<boolean> {
  const over = new AbortController();
  void run.ended.then(() => over.abort());
  const stop = (): void => stopRun(run, over.signal);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  const [look, beat] = [LOOK_INSIDE, BEAT].map((most) => Math.min(most, (1000 * claim.lease) / SIGNS));
  let [advanced, beaten] = [false, performance.now()];
  try {
    for (;;) {
      await waited(look ?? 0, over.signal);
      const isOver = over.signal.aborted;
      // What a run kept last comes with its end.
      const kept = isOver ? undefined : await run.kept();
      if (kept === undefined && !isOver && performance.now() - beaten < (beat ?? 0)) continue;
      beaten = performance.now();
      // What is kept is kept by the owner alone.
      if (!(await queue.beat(claim, { worker, progress: sign.progress, advanced }))) return false;
      if (kept !== undefined) await writeKept(queue.store, claim.key, kept);
      advanced = kept !== undefined;
      if (isOver) return true;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    run.kill();
  }
}

function stopRun(run: JobRun, over: AbortSignal): void {
  run.stop();
  void waited(STOP_TIME, over).then(() => run.kill());
}

async function recordOf(
  queue: JobQueue,
  { json, files }: Extract<JobEnd, { readonly kind: "done" }>,
  facts: Pick<JobRecord, "seconds" | "worker">,
): Promise<JobRecord> {
  const named: Record<string, JobRecord["files"][string]> = {};
  for (const { path, content } of files)
    named[path] = { hash: await putContent(queue.store, content), size: content.byteLength };
  return { json, files: named, ...facts };
}
