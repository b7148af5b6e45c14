import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Table } from "../../spec/index.js";
import { type Row, textOfValue } from "../../spec/internal.js";
import { fail } from "../../tensor/index.js";
import { CONFIG_FILE } from "../files/config-artifact.js";
import { isFile } from "../files/files.js";
import { shellQuoted } from "../terminal/shell.js";
import { readConfig } from "./config-file.js";
import { optionName } from "./table-options.js";
import { UsageError, unusable } from "./usage-error.js";

/** The options of a run that goes on. */
interface Resumption {
  readonly spec: Given;
  /** The command line that repeats the whole run; undefined where the folder does not say how it was begun. */
  readonly commandLine: string | undefined;
}

type Given = Readonly<Record<string, unknown>>;

/** A command that resumes runs. */
interface Resumable {
  readonly name: string;
  readonly table: Table;
  /** Names of options that may be others. */
  readonly free: readonly string[];
  /** The options with every choice made. */
  effective(given: Given): Promise<object>;
}

/**
 * The options of a run that is to go on: those that it was begun with, out of its folder. Options given with `--resume` have
 * to agree with them, except those that do not affect what is learned.
 * @param given with `resume`; its `out` names the folder, by default the one where such a run is written.
 * @throws a usage error naming option, old and new value; FILE_NOT_READABLE.
 */
export async function resumption(command: Resumable, given: Given): Promise<Resumption> {
  const { name, table, free } = command;
  const out = String(given.out ?? (await ownFolder(command, given)));
  const file = join(out, CONFIG_FILE);
  if (await isFile(file)) {
    const stored: Given = { ...(await readConfig(file, table)), out };
    await refuseContradictions(command, given, stored, file);
    return {
      spec: { ...given, ...stored, ...picked(given, free), resume: true },
      commandLine: shellQuoted(["hypersolvers", name, "--config", file]),
    };
  }
  if (isWhole(table, given)) return { spec: given, commandLine: undefined };
  throw fail("FILE_NOT_READABLE", {
    what: file,
    expected: "the options of the run to go on with",
    received: "no such file",
    help: "name the folder of a run, or repeat its options with --resume",
  });
}

/** Default folder of a run with these options. */
async function ownFolder({ table, effective }: Resumable, given: Given): Promise<unknown> {
  // What makes the options whole may be missing as well: the folder says it all.
  const own = isWhole(table, given) ? await effective(given).catch(unlessUsage) : undefined;
  if (own !== undefined) return ({ ...own } as Given).out;
  throw unusable("--out", "the folder of the run to go on with", "nothing", "add --out FOLDER to --resume");
}

function unlessUsage(error: unknown): undefined {
  if (!(error instanceof UsageError)) throw error;
}

async function refuseContradictions(
  { table, free, effective }: Resumable,
  given: Given,
  stored: Given,
  file: string,
): Promise<void> {
  const differing = Object.keys(given).filter(
    (key) => !["out", "resume", ...free].includes(key) && !isDeepStrictEqual(given[key], stored[key]),
  );
  if (differing.length === 0) return;
  // One thing may have two names, such as that of a hidden layer.
  const both: Given = { ...(await effective({ ...stored, ...given })) };
  const other = differing.find((key) => !isDeepStrictEqual(both[key], stored[key]));
  if (other !== undefined) throw contradiction(other, table[other], stored[other], given[other], file);
}

/** Whether all is said that has to be. */
const isWhole = (table: Table, given: Given): boolean =>
  Object.entries(table).every(([name, { required }]) => required !== true || given[name] !== undefined);

const picked = (given: Given, names: readonly string[]): Given =>
  Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));

function contradiction(
  name: string,
  row: Row | undefined,
  before: unknown,
  now: unknown,
  file: string,
): Error {
  const option = row === undefined ? name : optionName(name, row);
  const text = (value: unknown): string => {
    const written = row === undefined || value === undefined ? value : textOfValue(row, value);
    return written === undefined || written === "" ? "nothing" : String(written);
  };
  return unusable(
    option,
    `${text(before)}, with which the run was begun (${file})`,
    text(now),
    `drop ${option} to go on with that run, or drop --resume to begin another`,
  );
}
