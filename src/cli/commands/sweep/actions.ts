import { join } from "node:path";
import {
  type JobQueue,
  noStore,
  type PlannedSweep,
  plannedOf,
  standingsOf,
} from "../../../experiments/internal.js";
import { isPostgres } from "../../../experiments/specs.js";
import { completeSpec } from "../../../spec/index.js";
import { isHypersolversError } from "../../../tensor/index.js";
import type { JobResult } from "../../command.js";
import { isFile, requireWritableFolder } from "../../files/files.js";
import type { MachineContext, SpecJob } from "../../options/spec-command.js";
import { unusable } from "../../options/usage-error.js";
import { fetcher } from "./conduct.js";
import { outOf, resultOf } from "./job.js";
import { jobKinds } from "./kinds.js";
import { notedStatus } from "./noted-status.js";
import { openAt, queueAddress } from "./queue-place.js";
import { planned, readSweep } from "./read-sweep.js";
import { resultsFolder } from "./results-folder.js";
import { statusOf, statusText } from "./status-text.js";
import { type SweepActionSpec, sweepActionTable } from "./table.js";

type ActionJob = SpecJob<typeof sweepActionTable>;

const action = (run: ActionJob["run"]): ActionJob => ({
  run,
  effective: async (spec) => {
    const { queue: _, ...shown } = completeSpec(sweepActionTable, spec);
    return shown;
  },
});

/** `hypersolvers sweep status`. */
export const statusJob: ActionJob = action(async (spec, context) => {
  const address = addressOf(spec);
  try {
    return await withQueue(spec, context, async (queue) => {
      const plans = spec.sweep === undefined ? await allSweeps(queue) : [await sweepOf(queue, spec)];
      const statuses = [];
      for (const plan of plans) statuses.push(statusOf(plan, await standingsOf(queue, keysOf(plan))));
      return statusResult(statuses);
    });
  } catch (error) {
    // The process that has a folder's queue notes how it stands.
    const isHeld = isHypersolversError(error, "QUEUE_NOT_AVAILABLE") && !isPostgres(address);
    const noted = isHeld ? await notedStatus(address) : undefined;
    if (noted === undefined) throw error;
    return statusResult(noted);
  }
});

const statusResult = (statuses: readonly Parameters<typeof statusText>[0][]): JobResult => ({
  text:
    statuses.length === 0 ? "No sweep was submitted to this queue." : statuses.map(statusText).join("\n\n"),
  json: { sweeps: statuses },
});

/** `hypersolvers sweep results`. */
export const resultsJob: ActionJob = action((spec, context) =>
  withQueue(spec, context, async (queue) => {
    const plan = await sweepOf(queue, spec);
    const { out = isSweepFile(spec.sweep) ? outOf(spec.sweep) : join("runs", plan.id) } = spec;
    await requireWritableFolder(out);
    const folder = resultsFolder(out, {
      planned: plan,
      store: queue.store,
      commandLine: context.commandLine,
    });
    const standings = await standingsOf(queue, keysOf(plan));
    const { records, fetch } = fetcher(queue, plan.jobs, (job, record) => folder.write(job, record));
    await fetch(standings);
    const { exitCode: _, ...result } = resultOf(await folder.report(standings, records), {
      ...{ out, isStopped: false, lines: [] },
    });
    return result;
  }),
);

/** `hypersolvers sweep cancel`. */
export const cancelJob: ActionJob = action((spec, context) =>
  withQueue(spec, context, async (queue) => {
    const plan = await sweepOf(queue, spec);
    const cancelled = await queue.cancel(keysOf(plan));
    return {
      text: `${cancelled} jobs of sweep ${plan.id} are cancelled; those that run end at their next sign of life.`,
      json: { id: plan.id, cancelled },
    };
  }),
);

/** `hypersolvers sweep retry`. */
export const retryJob: ActionJob = action((spec, context) =>
  withQueue(spec, context, async (queue) => {
    const plan = await sweepOf(queue, spec);
    const retried = await queue.retry(keysOf(plan));
    return {
      text: `${retried} failed or cancelled jobs of sweep ${plan.id} wait again.`,
      json: { id: plan.id, retried },
    };
  }),
);

const keysOf = ({ jobs }: PlannedSweep): string[] => [...new Set(jobs.map(({ key }) => key))];

const isSweepFile = (sweep: string | undefined): sweep is string =>
  sweep !== undefined && /\.(json|ya?ml)$/i.test(sweep);

/** The queue that a question is about: by default that of `sweep` with the same file. */
function addressOf(spec: SweepActionSpec): string {
  const { sweep, out = isSweepFile(sweep) ? outOf(sweep) : undefined } = spec;
  const address = queueAddress(spec, out === undefined ? undefined : join(out, "queue"));
  if (address !== undefined) return address;
  throw unusable("--queue", "the queue of the sweep, its file, or its --out", "nothing");
}

async function withQueue(
  spec: SweepActionSpec,
  { output }: MachineContext,
  work: (queue: JobQueue) => Promise<JobResult>,
): Promise<JobResult> {
  const address = addressOf(spec);
  if (!isPostgres(address) && !(await isFile(join(address, "database", "PG_VERSION"))))
    throw unusable("--queue", "a queue that a sweep has made", `${address}, where there is none`);
  const queue = await openAt(address, spec, { output });
  try {
    return await work(queue);
  } finally {
    await queue.close();
  }
}

async function allSweeps(queue: JobQueue): Promise<PlannedSweep[]> {
  const noted = await queue.noted();
  return noted.flatMap(({ body }) => {
    try {
      return [plannedOf(jobKinds, body)];
    } catch (error) {
      // One of another version.
      if (isHypersolversError(error, "INVALID_ARGUMENT")) return [];
      throw error;
    }
  });
}

/** The sweep of a file, or that of an id, or the newest. */
async function sweepOf(queue: JobQueue, { sweep }: SweepActionSpec): Promise<PlannedSweep> {
  if (isSweepFile(sweep)) {
    const own = await planned(await readSweep(sweep), noStore);
    return own;
  }
  const noted = await queue.noted();
  const found = sweep === undefined ? noted[0] : noted.find(({ id }) => id.startsWith(sweep));
  if (found !== undefined) return plannedOf(jobKinds, found.body);
  const ids = noted.map(({ id }) => id).join(", ");
  throw unusable(
    "<sweep>",
    ids === "" ? "a sweep of this queue, which has none" : `one of ${ids}`,
    sweep ?? "nothing",
  );
}
