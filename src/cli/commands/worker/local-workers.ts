import { availableParallelism, hostname } from "node:os";
import { type JobQueue, type WorkEvent, work } from "../../../experiments/internal.js";
import type { Machine } from "../../options/options.js";
import { jobKinds } from "../sweep/kinds.js";
import { createRunner } from "./runner.js";

/** Workers of this machine. */
export interface LocalWorkers {
  readonly count: number;
  readonly machine: Machine;
  /** Ends them: jobs that run are given back with what they have kept. */
  readonly signal: AbortSignal;
  readonly isOver?: (() => boolean) | undefined;
  readonly onEvent?: ((event: WorkEvent) => void) | undefined;
}

/** Does jobs of a queue, several at once, each in a process of its own. Resolves when all workers have ended. */
export async function workHere(
  queue: JobQueue,
  { count, machine, signal, isOver, onEvent }: LocalWorkers,
): Promise<void> {
  const threads = machine.threads ?? Math.max(1, Math.floor(availableParallelism() / Math.max(1, count)));
  const isLost = new AbortController();
  const both = AbortSignal.any([signal, isLost.signal]);
  const workers = Array.from({ length: count }, async (_, i) => {
    const runner = createRunner({ machine: { ...machine, threads } });
    const worker = `${hostname()}, process ${process.pid}${count > 1 ? `, ${i + 1} of ${count}` : ""}`;
    try {
      await work(queue, runner, { kinds: jobKinds, worker, signal: both, isOver, onEvent });
    } catch (error) {
      // One that cannot go on stops the others: they would end the same way.
      isLost.abort();
      throw error;
    } finally {
      await runner.dispose();
    }
  });
  const ends = await Promise.allSettled(workers);
  const lost = ends.find((end) => end.status === "rejected");
  if (lost !== undefined) throw lost.reason;
}
