import {
  follow,
  getContent,
  type JobRecord,
  type JobStanding,
  type Sweep,
} from "../../../experiments/internal.js";
import { fail } from "../../../tensor/index.js";
import type { MachineContext } from "../../options/spec-command.js";
import { workHere } from "../worker/local-workers.js";
import type { Handing } from "./hand-out.js";
import { openAt, workersAt } from "./queue-place.js";
import { planned } from "./read-sweep.js";
import { sweepTaskTable } from "./table.js";

/** Jobs one by one, by a command that goes on meanwhile. */
export interface QueueDesk {
  /** On this machine. */
  readonly workers: number;
  /** Puts the one job of a sweep into the queue and waits for it. @param signal takes it out. */
  run(sweep: Sweep, signal: AbortSignal | undefined): Promise<DeskJob>;
  /** Ends the workers of this machine. */
  close(): Promise<void>;
}

/** What came of a job. */
export interface DeskJob {
  readonly standing: JobStanding | undefined;
  readonly record: JobRecord | undefined;
  /** A file that it wrote. */
  file(path: string): Promise<Uint8Array>;
}

/** Seconds for which a database that went away is waited for. */
const PATIENCE = 3600;

/** Opens a queue for a command, and works on it here as far as wanted. */
export async function openDesk(
  { queue: address, ...place }: Handing,
  { output, machine, signal }: MachineContext & { readonly signal: AbortSignal },
): Promise<QueueDesk> {
  const queue = await openAt(address, place, { output, signal, patience: PATIENCE });
  const over = new AbortController();
  const count = workersAt(address, place.workers);
  const working = workHere(queue, { count, machine, signal: over.signal });
  const terms = { tries: sweepTaskTable.tries.default, lease: sweepTaskTable.lease.default };
  working.catch(() => over.abort());
  return {
    workers: count,
    run: async (sweep, stop) => {
      const { jobs } = await planned(sweep, queue.store);
      const keys = jobs.map(({ key }) => key);
      await queue.submit(jobs, terms);
      const both = AbortSignal.any([over.signal, ...(stop === undefined ? [] : [stop])]);
      const standings = await follow(queue, keys, { signal: both, onLook: () => {} });
      if (both.aborted) await queue.cancel(keys);
      const [[key = "", standing] = []] = standings;
      const record = (await queue.results([key])).get(key);
      return {
        standing,
        record,
        file: (path) => fileOf(record, path, (hash) => getContent(queue.store, hash)),
      };
    },
    close: async () => {
      over.abort();
      await working.catch(() => undefined);
      await queue.close();
    },
  };
}

async function fileOf(
  record: JobRecord | undefined,
  path: string,
  read: (hash: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const file = record?.files[path];
  if (file !== undefined) return read(file.hash);
  throw fail("FILE_NOT_READABLE", {
    what: path,
    expected: "a file of the job",
    received: "none of that name",
  });
}
