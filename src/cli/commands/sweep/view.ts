import { MultiBar, type SingleBar } from "cli-progress";
import type { JobStanding, PlannedJob, PlannedSweep, Standings } from "../../../experiments/internal.js";
import { atText, hasEnded } from "../../../experiments/internal.js";
import type { JobContext } from "../../command.js";
import type { Output } from "../../terminal/output.js";
import { type Progress, silentProgress } from "../../terminal/progress.js";

/** Shows how all jobs of a sweep stand. */
export interface SweepView {
  update(all: Standings): void;
  stop(): void;
}

/** Jobs that are shown at once: terminals are not longer. */
const MOST_SHOWN = 12;

const FORMAT = "{name} {bar} {percentage}% {detail}";
const BAR_OPTIONS = {
  format: FORMAT,
  barsize: 24,
  barCompleteChar: "█",
  barIncompleteChar: "░",
  hideCursor: true,
  clearOnComplete: true,
  gracefulExit: false,
  noTTYOutput: false,
  fps: 4,
};

/** One line for all jobs and one for each that runs, on a terminal. */
export function terminalView(jobs: readonly PlannedJob[], stream: NodeJS.WriteStream): SweepView {
  const bars = new MultiBar({ ...BAR_OPTIONS, stream });
  const all = bars.create(jobs.length, 0, { name: "jobs", detail: "" });
  const shown = new Map<string, SingleBar>();
  return {
    update: (standings) => {
      const { done, text } = counted(jobs, standings);
      all.update(done, { name: "jobs", detail: text });
      const running = runningJobs(jobs, standings).slice(0, MOST_SHOWN);
      for (const [key, bar] of shown)
        if (!running.some(({ job }) => job.key === key)) {
          bars.remove(bar);
          shown.delete(key);
        }
      for (const { job, standing } of running) {
        const { done, total, name, detail } = facts(job, standing);
        const bar = shown.get(job.key) ?? bars.create(total, 0, { name, detail });
        shown.set(job.key, bar);
        bar.setTotal(total);
        bar.update(done, { name, detail });
      }
    },
    stop: () => bars.stop(),
  };
}

/** The same as the progress of one job: lines elsewhere. */
export const progressView = (jobs: readonly PlannedJob[], progress: Progress): SweepView => ({
  update: (standings) => {
    const { done, text } = counted(jobs, standings);
    progress.update({ name: "jobs", done, total: jobs.length, detail: text });
  },
  stop: () => progress.stop(),
});

/** Every change of a job, and how the running ones stand, as lines of JSON. */
export function linesView(jobs: readonly PlannedJob[], output: Output): SweepView {
  const told = new Map<string, string>();
  return {
    update: (standings) => {
      for (const job of jobs) {
        const standing = standings.get(job.key);
        if (standing === undefined) continue;
        const { state, attempts, failure, sign } = standing;
        const reason = state === "complete" ? undefined : failure?.reason;
        const facts = { state, attempts, reason, progress: sign?.progress, worker: sign?.worker };
        const line = JSON.stringify({ event: "job", key: job.key, at: job.at, ...facts });
        if (told.get(job.key) !== line) output.result(line);
        told.set(job.key, line);
      }
    },
    stop: () => {},
  };
}

export const silentView: SweepView = { update: () => {}, stop: () => {} };

interface Running {
  readonly job: PlannedJob;
  readonly standing: JobStanding;
}

const runningJobs = (jobs: readonly PlannedJob[], standings: Standings): Running[] =>
  jobs.flatMap((job) => {
    const standing = standings.get(job.key);
    return standing?.state === "running" ? [{ job, standing }] : [];
  });

function facts(
  job: PlannedJob,
  { sign }: JobStanding,
): {
  readonly done: number;
  readonly total: number;
  readonly name: string;
  readonly detail: string;
} {
  const { stage = "begun", done = 0, total = 1, detail = "" } = sign?.progress ?? {};
  const where = [stage, detail, sign?.worker ?? ""].filter((text) => text !== "").join(" | ");
  return {
    done,
    total: Math.max(1, total),
    name: `  ${atText(job.at) || job.key.slice(0, 8)}`,
    detail: where,
  };
}

/** `2 running, 5 waiting, 1 failed`. */
function counted(
  jobs: readonly PlannedJob[],
  standings: Standings,
): { readonly done: number; readonly text: string } {
  const counts = new Map<string, number>();
  let done = 0;
  for (const { key } of jobs) {
    const standing = standings.get(key);
    if (hasEnded(standing)) done += 1;
    const state = standing?.state ?? "waiting";
    if (state !== "complete") counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return { done, text: [...counts].map(([state, count]) => `${count} ${state}`).join(", ") };
}

/** The view that fits what is wanted and where it is shown. */
export function viewOf(
  { jobs }: PlannedSweep,
  jsonLines: boolean,
  { output, progress }: Pick<JobContext, "output" | "progress">,
): SweepView {
  if (jsonLines) return linesView(jobs, output);
  if (progress === silentProgress) return silentView;
  return process.stderr.isTTY === true ? terminalView(jobs, process.stderr) : progressView(jobs, progress);
}
