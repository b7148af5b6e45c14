import type { Command } from "commander";
import { type Complete, completeSpec, type Spec, type Table } from "../../spec/index.js";
import type { CommandDefinition, Job, JobContext, JobResult } from "../command.js";
import { jsonText } from "../terminal/output.js";
import { addExamples, addOptions, type Machine } from "./options.js";
import { givenOptions, requireAll } from "./table-options.js";

export type { Machine };

/** What a job is told beside the spec: the machine, and the world. */
export interface Desk extends JobContext {
  readonly machine: Machine;
}

/** The work behind a command that has a table of options. */
export interface SpecJob<T extends Table> {
  run(spec: Spec<T>, desk: Desk): Promise<JobResult>;
  /** The spec with every choice made, as far as that needs no work. */
  effective(spec: Spec<T>, desk: Desk): Promise<object>;
}

/** A job that works by the spec with its defaults: nothing else is in effect. */
export const plainJob = <T extends Table>(
  table: T,
  run: (options: Complete<T> & Machine, desk: Desk) => Promise<JobResult>,
): SpecJob<T> => ({
  run: (spec, desk) => run({ ...completed(table, spec), ...desk.machine }, desk),
  effective: async (spec) => completed(table, spec),
});

// A spec that was read is checked; that it is one of this very table is known to its command.
const completed = <T extends Table>(table: T, spec: object): Complete<T> =>
  completeSpec(table, spec as Spec<NoInfer<T>>);

/** A command whose options are a table: flags, help, files and printed specs follow from it. */
export interface SpecCommand<T extends Table> {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly table: T;
  readonly examples: readonly string[];
  /** Loads the job, when it is wanted: help needs none of the library. */
  load(): Promise<SpecJob<T>>;
}

/** Makes the definition of a command from its table. */
export function specCommand<T extends Table>(definition: SpecCommand<T>): CommandDefinition {
  const { name, summary, description, table, examples, load } = definition;
  return {
    name,
    summary,
    table,
    configure: (command, attach) => {
      command.description(description);
      addOptions(command, table);
      addExamples(command, examples);
      attach(command, async () => jobOf(command, table, await load()));
    },
  };
}

function jobOf<T extends Table>(command: Command, table: T, job: SpecJob<T>): Job {
  return async ({ config, printConfig, device, threads }, desk) => {
    const spec = await specOf(command, table, config);
    const machine = { device, threads };
    if (printConfig !== true) return job.run(spec, { ...desk, machine });
    const effective = await job.effective(spec, { ...desk, machine });
    return { text: jsonText(effective), json: effective };
  };
}

/** Flags before file; all that is required has to be in one of them. */
async function specOf<T extends Table>(
  command: Command,
  table: T,
  config: string | undefined,
): Promise<Spec<T>> {
  const stored =
    config === undefined ? {} : await (await import("./config-file.js")).readConfig(config, table);
  const spec = { ...stored, ...givenOptions(command, table) };
  requireAll(table, spec);
  return spec as Spec<T>;
}
