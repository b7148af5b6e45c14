import type { Spec } from "../../../spec/index.js";
import { ownWorkersTable, queueTable } from "./handing-table.js";

/** What can be asked of a sweep, in the place of its file. */
export const sweepActions = ["status", "results", "cancel", "retry"] as const;

/** Options of a sweep besides its queue. */
export const sweepTaskTable = {
  sweep: {
    type: "text",
    required: true,
    flag: "argument",
    expected: "a sweep, FILE.json or FILE.yaml",
    placeholder: "sweep.json",
    help: "what to run: kind, fields, spec, and grid or list",
  },
  out: {
    type: "text",
    otherwise: "runs/SWEEP",
    placeholder: "folder",
    group: "Jobs:",
    help: "where results and the report are written",
  },
  tries: {
    type: "integer",
    min: 1,
    max: 100,
    default: 3,
    placeholder: "n",
    group: "Jobs:",
    help: "attempts without progress after which a job has failed",
  },
  lease: {
    type: "integer",
    min: 2,
    max: 86_000,
    default: 60,
    placeholder: "s",
    group: "Jobs:",
    help: "seconds without a sign of life from a worker after which another may take over its job",
  },
  dryRun: {
    type: "boolean",
    group: "Jobs:",
    help: "count the jobs, run the first one for a few seconds to estimate the hours that all take, and do nothing else",
  },
  wait: {
    type: "boolean",
    default: true,
    group: "Jobs:",
    flagHelp: "put the jobs into the queue and leave",
    help: "stay until all jobs have ended",
  },
} as const;

/** All options of `sweep`, in the order of help. */
export const sweepCommandTable: typeof sweepTaskTable & typeof queueTable & typeof ownWorkersTable = {
  ...sweepTaskTable,
  ...queueTable,
  ...ownWorkersTable,
};
export type SweepCommandSpec = Spec<typeof sweepCommandTable>;

/** Which sweep a question is about. */
export const whichSweepTable = {
  sweep: {
    type: "text",
    flag: "argument",
    placeholder: "sweep",
    help: "its file, or its id; without it the newest one of the queue, for status all",
  },
  out: {
    type: "text",
    otherwise: "runs/SWEEP",
    placeholder: "folder",
    group: "Which sweep:",
    help: "where results and the report are",
  },
} as const;

/** All options of the questions about a sweep, in the order of help. */
export const sweepActionTable: typeof whichSweepTable & typeof queueTable = {
  ...whichSweepTable,
  ...queueTable,
};
export type SweepActionSpec = Spec<typeof sweepActionTable>;

/** Options of a worker besides its queue. */
export const workerTaskTable = {
  workers: {
    type: "integer",
    min: 1,
    max: 1024,
    default: 1,
    placeholder: "n",
    help: "jobs to run at once; threads are shared among them",
  },
  drain: { type: "boolean", help: "end when no job is waiting" },
} as const;

/** All options of `worker`, in the order of help. */
export const workerCommandTable: typeof queueTable & typeof workerTaskTable = {
  ...queueTable,
  ...workerTaskTable,
};
