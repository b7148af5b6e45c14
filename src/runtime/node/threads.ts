import { availableParallelism } from "node:os";
import { fail } from "../../tensor/index.js";

/** Environment variable with the number of threads of programs that name none. */
export const THREADS_VARIABLE = "HYPERSOLVERS_THREADS";

/**
 * Threads that programs share which name none: what the environment says, for machines that are shared and for several
 * processes side by side, else one for each core that this process may use.
 * @throws INVALID_ARGUMENT for a variable that is no positive integer.
 */
export function machineThreads(environment: Readonly<NodeJS.ProcessEnv> = process.env): number {
  const cores = availableParallelism();
  const wanted = environment[THREADS_VARIABLE];
  if (wanted === undefined || wanted === "") return cores;
  const threads = Number(wanted);
  if (!Number.isInteger(threads) || threads < 1)
    throw fail("INVALID_ARGUMENT", {
      what: THREADS_VARIABLE,
      expected: "a positive integer",
      received: wanted,
      help: "unset it to use every core",
    });
  return Math.min(threads, cores);
}
