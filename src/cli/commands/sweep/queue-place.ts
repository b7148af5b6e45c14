import { join } from "node:path";
import { type JobQueue, openQueue } from "../../../experiments/internal.js";
import { isPostgres } from "../../../experiments/specs.js";
import { checkpointsIn } from "../../files/checkpoints.js";
import type { Output } from "../../terminal/output.js";

/** Where connection strings are better kept than on command lines, which other users of a machine can see. */
const QUEUE_VARIABLE = "HYPERSOLVERS_QUEUE";

/** The address of the queue that is meant. @param otherwise the default, a folder. */
export const queueAddress = (
  { queue }: { readonly queue?: string | undefined },
  otherwise?: string,
): string | undefined => {
  const fromWorld = process.env[QUEUE_VARIABLE];
  return queue ?? (fromWorld === undefined || fromWorld === "" ? otherwise : fromWorld);
};

/** Opens a queue, with its files in the folder that was named, or in its own. */
export async function openAt(
  address: string,
  { store }: { readonly store?: string | undefined },
  { output, patience, signal }: { output: Output; patience?: number; signal?: AbortSignal },
): Promise<JobQueue> {
  const folder = store ?? (isPostgres(address) ? undefined : join(address, "files"));
  return openQueue({
    address,
    store: folder === undefined ? undefined : checkpointsIn(folder),
    patience,
    signal,
    onTrouble: (sentence) => output.warn(sentence),
  });
}

/** Default number of workers on this machine. */
export const workersAt = (address: string, workers: number | undefined): number =>
  workers ?? (isPostgres(address) ? 0 : 1);
