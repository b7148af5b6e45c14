import {
  getContent,
  type JobQueue,
  type JobRecord,
  type JobStanding,
  type PlannedJob,
  type Sweep,
} from "../../../experiments/internal.js";
import type { Spec } from "../../../spec/index.js";
import type { NamedContent } from "../../files/files.js";
import type { MachineContext } from "../../options/spec-command.js";
import { conduct } from "./conduct.js";
import type { handingTable } from "./handing-table.js";
import { openAt, workersAt } from "./queue-place.js";
import { planned } from "./read-sweep.js";
import { sweepTaskTable } from "./table.js";
import { viewOf } from "./view.js";

/** Where a command hands its work. */
export interface Handing {
  readonly queue: string;
  readonly store?: string | undefined;
  readonly workers?: number | undefined;
}

/** Where options of a command say that its work is to go; undefined: nowhere. */
export const handingOf = ({ queue, ...place }: Spec<typeof handingTable>): Handing | undefined =>
  queue === undefined ? undefined : { queue, store: place.store, workers: place.workers };

/** A job that was handed out, and what came of it. */
export interface HandedJob {
  readonly job: PlannedJob;
  readonly standing: JobStanding | undefined;
  /** Undefined where it has none: it failed, or a stop came first. */
  readonly record: JobRecord | undefined;
}

/** Seconds for which a database that went away is waited for. */
const PATIENCE = 3600;

/**
 * Hands the jobs of a sweep to a queue and waits for them.
 * @param onResult is handed every result as soon as it is there, with a way to its files.
 */
export async function handOut(
  sweep: Sweep,
  { queue: address, ...place }: Handing,
  desk: MachineContext & { readonly signal: AbortSignal },
  onResult: (job: PlannedJob, record: JobRecord, files: FileReader) => Promise<void>,
): Promise<HandedJob[]> {
  const { output, machine, signal } = desk;
  const queue = await openAt(address, place, { output, signal, patience: PATIENCE });
  try {
    const plan = await planned(sweep, queue.store);
    const view = viewOf(plan, false, desk);
    try {
      const { standings, records } = await conduct(queue, plan, {
        tries: sweepTaskTable.tries.default,
        lease: sweepTaskTable.lease.default,
        workers: workersAt(address, place.workers),
        ...{ machine, signal, onLook: view.update },
        onResult: (job, record) => onResult(job, record, filesOf(queue)),
      });
      return plan.jobs.map((job) => ({
        job,
        standing: standings.get(job.key),
        record: records.get(job.key),
      }));
    } finally {
      view.stop();
    }
  } finally {
    await queue.close();
  }
}

/** The files of a result, one after another. */
export type FileReader = (record: JobRecord) => AsyncIterable<NamedContent>;

const filesOf = (queue: JobQueue): FileReader =>
  async function* (record) {
    for (const [path, { hash }] of Object.entries(record.files))
      yield { path, content: await getContent(queue.store, hash) };
  };
