import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Spec, Table } from "../../spec/index.js";
import { type Row, textOfValue } from "../../spec/internal.js";
import { fail } from "../../tensor/index.js";
import { CONFIG_FILE } from "../files/config-artifact.js";
import { isFile } from "../files/files.js";
import { shellQuoted } from "../terminal/shell.js";
import { readConfig } from "./config-file.js";
import type { Desk, SpecJob } from "./spec-command.js";
import { optionName } from "./table-options.js";
import { unusable } from "./usage-error.js";

/** What a run that goes on is told. */
interface Resumption {
  readonly spec: Given;
  /** The command line that repeats the whole run; undefined where the folder does not say how it was begun. */
  readonly commandLine: string | undefined;
}

type Given = Readonly<Record<string, unknown>>;

/**
 * The options of a run that is to go on: those that it was begun with, out of its folder. What is said beside them has to
 * agree, but for what decides nothing of what is learned.
 * @param given with `resume`; its `out` names the folder, else the place where such a run goes by itself.
 * @param free names of options that may be others.
 * @throws a usage error naming option, old and new value.
 */
export async function resumption<T extends Table>(
  name: string,
  table: T,
  given: Given,
  free: readonly string[],
  job: SpecJob<T>,
  desk: Desk,
): Promise<Resumption> {
  const out = String(given.out ?? (await ownFolder(table, given, job, desk)));
  const file = join(out, CONFIG_FILE);
  const isThere = await isFile(file);
  if (!isThere && !isWhole(table, given))
    throw fail("FILE_NOT_READABLE", {
      what: file,
      expected: "the options of the run to go on with",
      received: "no such file",
      help: "name the folder of a run, or repeat its options beside --resume",
    });
  if (!isThere) return { spec: given, commandLine: undefined };
  const stored: Given = { ...(await readConfig(file, table)), out };
  const others = Object.keys(given).filter((key) => !["out", "resume", ...free].includes(key));
  const spec: Given = { ...given, ...stored, ...picked(given, free), resume: true };
  const differing = others.filter((key) => !isDeepStrictEqual(given[key], stored[key]));
  if (differing.length > 0) {
    // One thing may have two names, such as that of a hidden layer.
    const both: Given = { ...spec, ...given };
    const effective: Given = { ...(await job.effective(both as Spec<T>, desk)) };
    const other = differing.find((key) => !isDeepStrictEqual(effective[key], stored[key]));
    if (other !== undefined) throw contradiction(other, table[other], stored[other], given[other], file);
  }
  return { spec, commandLine: shellQuoted(["hypersolvers", name, "--config", file]) };
}

/** Where a run of these options goes when nobody says. */
async function ownFolder<T extends Table>(
  table: T,
  given: Given,
  job: SpecJob<T>,
  desk: Desk,
): Promise<unknown> {
  if (!isWhole(table, given))
    throw unusable("--out", "the folder of the run to go on with", "nothing", "add --out FOLDER to --resume");
  const effective: Given = { ...(await job.effective(given as Spec<T>, desk)) };
  return effective.out;
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
