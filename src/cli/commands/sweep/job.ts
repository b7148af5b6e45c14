import { basename, join } from "node:path";
import type { JobQueue, PlannedSweep, Standings } from "../../../experiments/internal.js";
import { isPostgres } from "../../../experiments/specs.js";
import { completeSpec } from "../../../spec/index.js";
import { pickSpec } from "../../../spec/internal.js";
import type { JobResult } from "../../command.js";
import { requireWritableFolder, wroteLines } from "../../files/files.js";
import type { MachineContext, SpecJob } from "../../options/spec-command.js";
import { type Interruption, interruptedExit, onInterrupt } from "../../terminal/interruption.js";
import { conduct } from "./conduct.js";
import { dryRun } from "./dry-run.js";
import { noteStatus } from "./noted-status.js";
import { openAt, queueAddress, workersAt } from "./queue-place.js";
import { planned, readSweep } from "./read-sweep.js";
import { resultsFolder, type SweepEnd } from "./results-folder.js";
import { type SweepCommandSpec, sweepCommandTable } from "./table.js";
import { viewOf } from "./view.js";

/** `hypersolvers sweep`. */
export const sweepJob: SpecJob<typeof sweepCommandTable> = {
  run: async (spec, context) => {
    const { output, machine } = context;
    const { out, address, options } = placesOf(spec);
    const sweep = await readSweep(spec.sweep);
    if (options.dryRun === true) return dryRun(sweep, { address, options, machine, output });
    await requireWritableFolder(out);
    const interruption = onInterrupt(output, SWEEP_STOPS);
    try {
      const queue = await openAt(address, options, {
        output,
        signal: interruption.signal,
        patience: PATIENCE,
      });
      try {
        const plan = await planned(sweep, queue.store);
        return await swept({ plan, queue, out, address }, options, { ...context, interruption });
      } finally {
        await queue.close();
      }
    } finally {
      interruption.release();
    }
  },
  effective: async (spec) => {
    const { out, options } = placesOf(spec);
    const { queue, ...rest } = options;
    // A connection string is nobody's business but that of who wrote it.
    const shown = queue === undefined || isPostgres(queue) ? {} : { queue };
    return pickSpec(sweepCommandTable, { ...rest, ...shown, out });
  },
};

/** What the first Ctrl-C leads to in a sweep. */
const SWEEP_STOPS =
  "Stopping: running jobs are given back with what they have kept, and what is complete is written.";
/** Seconds for which a sweep waits for a database that went away. */
const PATIENCE = 3600;

interface Places {
  readonly out: string;
  readonly address: string;
  readonly options: ReturnType<typeof completeSpec<typeof sweepCommandTable>>;
}

/** Where results go, and where jobs wait. */
export function placesOf(spec: SweepCommandSpec): Places {
  const { out = outOf(spec.sweep) } = spec;
  const address = queueAddress(spec, join(out, "queue")) ?? "";
  return { out, address, options: completeSpec(sweepCommandTable, spec) };
}

/** Default folder of a sweep. */
export const outOf = (sweep: string): string => join("runs", basename(sweep).replace(/\.(json|ya?ml)$/i, ""));

interface Site {
  readonly plan: PlannedSweep;
  readonly queue: JobQueue;
  readonly out: string;
  readonly address: string;
}

type Options = Places["options"];
type Desk = MachineContext & { readonly interruption: Interruption };

async function swept(site: Site, options: Options, desk: Desk): Promise<JobResult> {
  const { plan, queue, out, address } = site;
  const { tries, lease, wait } = options;
  if (!wait) return submitted(site, options);
  const folder = resultsFolder(out, { planned: plan, store: queue.store, commandLine: desk.commandLine });
  const view = viewOf(plan, desk.jsonLines === true, desk);
  const note = noteStatus(address, plan);
  try {
    const { standings, records } = await conduct(queue, plan, {
      tries,
      lease,
      workers: workersAt(address, options.workers),
      machine: desk.machine,
      signal: desk.interruption.signal,
      onLook: async (all) => {
        view.update(all);
        await note(all);
      },
      onResult: (job, record) => folder.write(job, record),
    });
    view.stop();
    await note(standings, true);
    return resultOf(await folder.report(standings, records), { out, ...hintsOf(site, standings) });
  } finally {
    view.stop();
  }
}

/** What is to be said beside the report. */
interface Hints {
  readonly isStopped: boolean;
  readonly lines: readonly string[];
}

function hintsOf({ plan, address, out }: Site, standings: Standings): Hints {
  const states = plan.jobs.map(({ key }) => standings.get(key)?.state);
  const open = states.filter(
    (state) => state === "waiting" || state === "retry" || state === "running",
  ).length;
  const where = isPostgres(address) ? "" : ` --queue ${address}`;
  const failed = states.filter((state) => state === "failed").length;
  return {
    isStopped: open > 0,
    lines: [
      ...(open > 0
        ? [`Interrupted: ${open} jobs are still in the queue. The same command goes on with them.`]
        : []),
      ...(failed > 0
        ? [
            `${failed} failed; \`hypersolvers sweep retry ${plan.id}${where}\` lets them wait again, ` +
              `and ${join(out, "metrics.json")} has the end of what they said.`,
          ]
        : []),
    ],
  };
}

/** A sweep as its command ends. */
export function resultOf(
  { text, metrics, paths, failure }: SweepEnd,
  { out, isStopped, lines }: Hints & { readonly out: string },
): JobResult {
  const json = { ...metrics, out, files: paths };
  const report = [text, ...lines, ...wroteLines([...paths, join(out, "jobs")])].join("\n");
  return {
    text: report,
    json,
    exitCode: isStopped ? interruptedExit() : metrics.status === "complete" ? 0 : 1,
    failure,
  };
}

async function submitted({ plan, queue, address }: Site, { tries, lease }: Options): Promise<JobResult> {
  const { id, noted, jobs } = plan;
  await queue.note(id, noted);
  await queue.submit(jobs, { tries, lease });
  // An address of a server may hold a password: it is in the environment, or the user knows it.
  const [where, at] = isPostgres(address) ? [" on any machine", ""] : ["", ` --queue ${address}`];
  return {
    text:
      `Sweep ${id}: ${jobs.length} jobs are in the queue.\n\n` +
      `\`hypersolvers worker${at}\`${where} does them, \`hypersolvers sweep status ${id}${at}\` tells how they ` +
      `stand, and \`hypersolvers sweep results ${id}${at} --out FOLDER\` writes what came of them.`,
    json: { id, jobs: jobs.length },
  };
}
