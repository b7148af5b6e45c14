import type { JobProgress, PlannedSweep, Standings } from "../../../experiments/internal.js";
import { atText } from "../../../experiments/internal.js";
import { textTable } from "../../../plot/index.js";

/** How a sweep stands, as plain data. */
export interface SweepStatus {
  readonly id: string;
  readonly name: string | undefined;
  readonly kind: string;
  readonly jobs: number;
  /** Jobs by state; `absent` are those that were never put in. */
  readonly counts: Readonly<Record<string, number>>;
  readonly running: readonly RunningJob[];
  readonly failed: readonly { readonly at: string; readonly attempts: number; readonly reason: string }[];
}

interface RunningJob {
  readonly at: string;
  readonly attempts: number;
  readonly worker: string | undefined;
  readonly progress: JobProgress | undefined;
}

/** Most failed jobs that are listed. */
const MOST_FAILED = 50;

export function statusOf({ id, noted, kind, jobs }: PlannedSweep, all: Standings): SweepStatus {
  const counts: Record<string, number> = {};
  const running: RunningJob[] = [];
  const failed: { at: string; attempts: number; reason: string }[] = [];
  for (const job of jobs) {
    const { state = "absent", attempts = 0, failure, sign } = all.get(job.key) ?? {};
    counts[state] = (counts[state] ?? 0) + 1;
    const at = atText(job.at) || job.key.slice(0, 12);
    if (state === "running") running.push({ at, attempts, worker: sign?.worker, progress: sign?.progress });
    if (state === "failed" && failed.length < MOST_FAILED)
      failed.push({ at, attempts, reason: failure?.reason.split("\n", 1)[0] ?? "" });
  }
  return { id, name: noted.sweep.name, kind: kind.name, jobs: jobs.length, counts, running, failed };
}

const percent = ({ done, total }: JobProgress): string =>
  `${Math.floor((100 * done) / Math.max(1, total))} %`;

/** The same for people. */
export function statusText({ id, name, kind, jobs, counts, running, failed }: SweepStatus): string {
  const states = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  const title = `${id}  ${name ?? `sweep of ${kind}`}: ${jobs} jobs, ${states.join(", ")}`;
  const rows = running.map(({ at, attempts, worker = "", progress }) => [
    ...[at, attempts, progress?.stage ?? "", progress === undefined ? "" : percent(progress), worker],
  ]);
  const reasons = failed.map(({ at, attempts, reason }) => [at, attempts, reason]);
  return [
    title,
    ...(rows.length === 0 ? [] : [textTable(["running", "attempts", "stage", "", "worker"], rows)]),
    ...(reasons.length === 0 ? [] : [textTable(["failed", "attempts", "reason"], reasons)]),
  ].join("\n\n");
}
