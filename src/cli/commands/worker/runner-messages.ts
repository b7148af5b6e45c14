import type { JobProgress } from "../../../experiments/internal.js";
import type { Machine } from "../../options/options.js";

/** What a process that runs jobs is asked. */
export interface RunMessage {
  readonly kind: string;
  /** Files are named by where they are in the folder. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Holds the files; what comes of the job goes to `OUT` in it. */
  readonly folder: string;
  readonly machine: Machine;
}

/** What it answers. */
export type RunnerMessage =
  /** That it can still answer. */
  | { readonly type: "alive" }
  | { readonly type: "progress"; readonly progress: JobProgress }
  | { readonly type: "done"; readonly json: object }
  /** @param isFinal whether it would end so again. */
  | { readonly type: "failed"; readonly reason: string; readonly isFinal: boolean }
  | { readonly type: "stopped" };

/** Where a job writes, in its folder. */
export const OUT = "out";
/** Where its files are. */
export const INPUTS = "inputs";
