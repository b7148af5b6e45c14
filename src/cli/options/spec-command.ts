import type { Command } from "commander";
import { type Complete, completeSpec, type Spec, type Table } from "../../spec/index.js";
import type { CommandDefinition, Job, JobContext, JobResult } from "../command.js";
import { jsonText } from "../terminal/output.js";
import type { Need } from "./needs.js";
import { addExamples, addOptions, type Machine, sharedBy, type WorkKind } from "./options.js";
import { givenOptions, requireAll } from "./table-options.js";

/** What a job gets besides the spec: the machine, and the world. */
export interface MachineContext extends JobContext {
  readonly machine: Machine;
  /** Whether the answer is JSON, on standard output. Default false. */
  readonly asJson?: boolean;
  /** Whether all events are printed as lines of JSON. Default false. */
  readonly jsonLines?: boolean;
}

/** The work behind a command that has a table of options. */
export interface SpecJob<T extends Table> {
  run(spec: Spec<T>, context: MachineContext): Promise<JobResult>;
  /** The spec with every choice made, as far as that needs no work. */
  effective(spec: Spec<T>, context: MachineContext): Promise<object>;
}

/** A job that works by the spec with its defaults: nothing else is in effect. */
export const plainJob = <T extends Table>(
  table: T,
  run: (options: Complete<T> & Machine, context: MachineContext) => Promise<JobResult>,
): SpecJob<T> => ({
  run: (spec, context) => run({ ...completed(table, spec), ...context.machine }, context),
  effective: async (spec) => completed(table, spec),
});

// A spec that was read is checked; that it is one of this very table is known to its command.
const completed = <T extends Table>(table: T, spec: object): Complete<T> =>
  completeSpec(table, spec as Spec<NoInfer<T>>);

/** A command whose options are a table: flags, help, files and printed specs follow from it. */
export interface SpecCommand<T extends Table> extends WorkKind {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly table: T;
  readonly examples: readonly string[];
  /** Of a command that resumes runs: options that may then be others, because they decide nothing of what is learned. */
  readonly free?: readonly (keyof T & string)[];
  /** Names in files of earlier versions that decide nothing any more. */
  readonly formerly?: readonly string[];
  /** What is missing besides the options that the table requires: one error names all of it. */
  readonly needs?: (given: Spec<T>) => readonly Need[];
  /** Loads the job, when it is wanted: help needs none of the library. */
  load(): Promise<SpecJob<T>>;
}

/** Makes the definition of a command from its table. */
export function specCommand<T extends Table>(definition: SpecCommand<T>): CommandDefinition {
  const { name, summary, description, table, examples } = definition;
  const shared = sharedBy(definition);
  return {
    name,
    summary,
    table,
    shared,
    configure: (command, attach) => {
      command.description(description);
      addOptions(command, table, shared);
      addExamples(command, examples);
      attach(command, async () => jobOf(command, definition, await definition.load()));
    },
  };
}

function jobOf<T extends Table>(
  command: Command,
  { name, table, free = [], formerly, needs }: SpecCommand<T>,
  job: SpecJob<T>,
): Job {
  return async ({ config, printConfig, json = false, jsonLines = false, device, threads }, world) => {
    const context = { ...world, machine: { device, threads }, asJson: json || jsonLines, jsonLines };
    const given = await givenSpec(command, table, { config, formerly });
    const effective = (asked: object): Promise<object> => job.effective(asked as Spec<T>, context);
    const resumed =
      given.resume === true
        ? await (await import("./resumption.js")).resumption({ name, table, free, effective }, given)
        : undefined;
    const spec = resumed?.spec ?? given;
    requireAll(table, spec, needs?.(spec as Spec<T>));
    const { commandLine = context.commandLine } = resumed ?? {};
    if (printConfig !== true) return job.run(spec as Spec<T>, { ...context, commandLine });
    const whole = await effective(spec);
    return { text: jsonText(whole), json: whole };
  };
}

/** What was said: flags before file. */
async function givenSpec(
  command: Command,
  table: Table,
  {
    config,
    formerly,
  }: { readonly config: string | undefined; readonly formerly: readonly string[] | undefined },
): Promise<Readonly<Record<string, unknown>>> {
  const stored =
    config === undefined ? {} : await (await import("./config-file.js")).readConfig(config, table, formerly);
  return { ...stored, ...givenOptions(command, table) };
}
