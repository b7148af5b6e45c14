import type { Command } from "commander";
import type { Table } from "../spec/index.js";
import type { HypersolversError } from "../tensor/index.js";
import type { SharedOptions } from "./options/options.js";
import type { Output } from "./terminal/output.js";
import type { Progress } from "./terminal/progress.js";

/** What a job may use of the world beside files. */
export interface JobContext {
  readonly output: Output;
  readonly progress: Progress;
  /** The command line as it was typed, quoted for a shell. */
  readonly commandLine: string;
}

/** What a job ends with. */
export interface JobResult {
  /** For people, printed without `--json`. */
  readonly text: string;
  /** For programs, printed with `--json`. */
  readonly json: object;
  /** Default 0. */
  readonly exitCode?: number;
  /** What went wrong although there is a result, such as a file that could not be written. Reported after it. */
  readonly failure?: HypersolversError | undefined;
}

/** The work behind a command. */
export type Job = (options: SharedOptions, context: JobContext) => Promise<JobResult>;

/** Registers a job for a command. The job is loaded when it is wanted, so that help needs none of the library. */
export type Attach = (command: Command, load: () => Promise<Job>) => void;

/** One command: how it is called, and how its work is loaded. */
export interface CommandDefinition {
  readonly name: string;
  readonly summary: string;
  /** Its own options. */
  readonly table: Table;
  /** Options that it shares with others: how to print results, and where to compute if it does. */
  readonly shared: Table;
  /** Adds description, options and examples, and attaches the job. */
  configure(command: Command, attach: Attach): void;
}
