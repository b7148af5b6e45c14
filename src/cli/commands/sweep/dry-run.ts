import {
  getContent,
  type JobQueue,
  noStore,
  type PlannedJob,
  type PlannedSweep,
  type Sweep,
  startPace,
} from "../../../experiments/internal.js";
import { isPostgres } from "../../../experiments/specs.js";
import { formatNumber } from "../../../plot/internal.js";
import type { JobResult } from "../../command.js";
import { exists } from "../../files/files.js";
import type { Machine } from "../../options/options.js";
import type { Output } from "../../terminal/output.js";
import { createRunner } from "../worker/runner.js";
import { openAt, workersAt } from "./queue-place.js";
import { planned } from "./read-sweep.js";

/** Milliseconds for which the first job is watched. */
const WATCHED = 20_000;

interface DryRun {
  readonly address: string;
  readonly options: { readonly store?: string; readonly workers?: number };
  readonly machine: Machine;
  readonly output: Output;
}

/** What a sweep would take: counts jobs, and predicts hours from results there are, or from the first job's pace. */
export async function dryRun(
  sweep: Sweep,
  { address, options, machine, output }: DryRun,
): Promise<JobResult> {
  const memory = new Map<string, Uint8Array>();
  const plan = await planned(sweep, {
    ...noStore,
    read: async (name) => memory.get(name),
    write: async (name, content) => void memory.set(name, content),
  });
  const distinct = [...new Map(plan.jobs.map((job) => [job.key, job])).values()];
  const known = await knownSeconds(distinct, address, options, output);
  const open = distinct.filter(({ key }) => !known.has(key));
  const pace = await paceOf(plan, known, open, async (job) => {
    output.note(`Running the first job for up to ${WATCHED / 1000} s …`);
    return watched(job, memory, machine);
  });
  const workers = Math.max(1, workersAt(address, options.workers));
  const work = open.reduce((total, { payload }) => total + plan.kind.work(payload.spec), 0);
  const hours = pace === undefined ? undefined : (work * pace.secondsPerWork) / 3600;
  const estimate =
    hours === undefined
      ? "How long they take is not known: the first job reported nothing in time."
      : `About ${formatNumber(hours)} hours of work, ${formatNumber(hours / workers)} with ${workers} ${workers === 1 ? "worker" : "workers"} like this one${pace?.basis}.`;
  const counts = `${plan.jobs.length} jobs${distinct.length < plan.jobs.length ? `, ${distinct.length} of them different` : ""}; ${known.size} have a result, ${open.length} are to be done.`;
  return {
    text: [counts, ...(open.length === 0 ? [] : [estimate])].join("\n"),
    json: {
      id: plan.id,
      jobs: plan.jobs.length,
      distinct: distinct.length,
      complete: known.size,
      hours: hours ?? null,
      workers,
    },
  };
}

/** Seconds that jobs took whose results the queue has. A queue that is not there yet is not made. */
async function knownSeconds(
  jobs: readonly PlannedJob[],
  address: string,
  options: DryRun["options"],
  output: Output,
): Promise<ReadonlyMap<string, number>> {
  if (!isPostgres(address) && !(await exists(address))) return new Map();
  const queue: JobQueue = await openAt(address, options, { output });
  try {
    const records = await queue.results(jobs.map(({ key }) => key));
    return new Map([...records].map(([key, { seconds }]) => [key, seconds]));
  } finally {
    await queue.close();
  }
}

interface FoundPace {
  readonly secondsPerWork: number;
  readonly basis: string;
}

async function paceOf(
  { jobs, kind }: PlannedSweep,
  known: ReadonlyMap<string, number>,
  open: readonly PlannedJob[],
  watch: (job: PlannedJob) => Promise<{ readonly seconds: number; readonly stage: string } | undefined>,
): Promise<FoundPace | undefined> {
  const done = jobs.filter(({ key }) => known.has(key));
  if (done.length > 0) {
    const seconds = done.reduce((total, { key }) => total + (known.get(key) ?? 0), 0);
    const work = done.reduce((total, { payload }) => total + kind.work(payload.spec), 0);
    return { secondsPerWork: seconds / work, basis: `, by the ${done.length} that are done` };
  }
  const [first] = open;
  const found = first && (await watch(first));
  if (first === undefined || found === undefined) return undefined;
  const part = found.stage === "" ? "" : `, without what comes after "${found.stage}"`;
  return { secondsPerWork: found.seconds / kind.work(first.payload.spec), basis: part };
}

/** Runs a job for a while, or to its end. */
async function watched(
  { payload }: PlannedJob,
  memory: ReadonlyMap<string, Uint8Array>,
  machine: Machine,
): Promise<{ readonly seconds: number; readonly stage: string } | undefined> {
  const runner = createRunner({ machine });
  const store = { ...noStore, read: async (name: string) => memory.get(name) };
  const files = new Map<string, Uint8Array>();
  for (const hash of Object.keys(payload.files)) files.set(hash, await getContent(store, hash));
  const begun = performance.now();
  const now = (): number => (performance.now() - begun) / 1000;
  const pace = startPace();
  const run = runner.start({
    payload,
    files,
    kept: [],
    onProgress: (progress) => pace.heard(progress, now()),
  });
  const timer = setTimeout(() => run.kill(), WATCHED);
  const end = await run.ended;
  clearTimeout(timer);
  const seconds = now();
  await runner.dispose();
  if (end.kind === "done") return { seconds, stage: "" };
  return end.kind === "refused" ? undefined : pace.seconds(seconds);
}
