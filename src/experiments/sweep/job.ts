import { checkSpec, completeSpec, type Table } from "../../spec/index.js";
import { fail } from "../../tensor/index.js";
import { sha256 } from "../../tensor/internal.js";
import { libraryName } from "../../version.js";
import { canonicalJson } from "./canonical.js";
import { isContent } from "./content.js";

/** A kind of job: whose options it takes, and which of them name files. */
export interface JobKind {
  /** The command that it is a run of: `fit`. */
  readonly name: string;
  /** Options that a job may have: neither where to write nor what belongs to a machine. */
  readonly table: Table;
  /** Which texts of which options name a file; of maps, of every value. Other options never lead to a file. */
  readonly files: Readonly<Record<string, (text: string) => boolean>>;
  /** The options that count for a spec, with their defaults. */
  defaults(spec: JobSpec): Table;
  /** Size of the work of a spec, in a unit of the kind, to predict times from. */
  work(spec: JobSpec): number;
}

/** Options by name. */
export type JobSpec = Readonly<Record<string, unknown>>;

/** Kinds by name: there are no others, and nothing else runs out of a queue. */
export type JobKinds = Readonly<Record<string, JobKind>>;

/** What travels through a queue: plain data. Files are named by their content, `content:SHA256`. */
export interface JobPayload {
  readonly kind: string;
  /** Who is to run it: results of other versions may differ. */
  readonly library: string;
  readonly spec: JobSpec;
  /** What the files are called, by the hash of their content. */
  readonly files: Readonly<Record<string, string>>;
}

/** A job under its key. */
export interface Job {
  /** Hash of all that decides the result: kind, options with defaults, contents of files, version. */
  readonly key: string;
  readonly payload: JobPayload;
}

/**
 * A job out of a spec whose files are named by content.
 * @throws INVALID_ARGUMENT that names the option.
 */
export function jobOf(kind: JobKind, spec: JobSpec, files: JobPayload["files"]): Job {
  const checked = checkSpec(kind.table, spec);
  // For what is required.
  completeSpec(kind.table, checked);
  const payload: JobPayload = { kind: kind.name, library: libraryName, spec: checked, files };
  return { key: keyOf(kind, payload), payload };
}

/** What a file is called decides nothing. */
const keyOf = (kind: JobKind, { library, spec }: JobPayload): string =>
  sha256(
    canonicalJson({ kind: kind.name, library, spec: { ...plainDefaults(kind.defaults(spec)), ...spec } }),
  );

/** What is not said, where that is known without the field: said or not, it is the same job. */
const plainDefaults = (table: Table): JobSpec =>
  Object.fromEntries(
    Object.entries(table).flatMap(([name, row]): [string, unknown][] =>
      row.default === undefined || row.defaultFor !== undefined ? [] : [[name, row.default]],
    ),
  );

const FILE_NAME = /^[^/\\\p{Cc}.][^/\\\p{Cc}]{0,199}$/u;

/** A name of a file that jobs may have, as near to another as can be. */
export const fileName = (name: string): string =>
  name
    .replaceAll(/[/\\\p{Cc}]/gu, "_")
    .replace(/^\.+/, "")
    .slice(-200) || "file";

/**
 * What came out of a queue as a job, if it is one: a kind that is known, options of its table, files by content alone under
 * plain names. Nothing in it can name a path, a command or code.
 * @param wanted the key under which it came.
 * @throws INVALID_ARGUMENT that names what is wrong.
 */
export function checkedJob(
  kinds: JobKinds,
  value: unknown,
  wanted?: string,
): Job & { readonly kind: JobKind } {
  const { kind: name, library, spec, files } = (value ?? {}) as Partial<Record<string, unknown>>;
  const kind = typeof name === "string" && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) throw refused("kind", Object.keys(kinds).join(", "), name);
  if (library !== libraryName) throw refused("library", libraryName, library);
  const named = checkedNames(files);
  const checked: JobSpec = checkSpec(kind.table, spec, `job of ${name}`);
  for (const { option, text } of fileTexts(kind, checked)) {
    const content = isContent(text);
    if (content === undefined) throw refused(option, "a file by its content, content:SHA256", text);
    if (named[content.hash] === undefined) throw refused(option, "a file that the job names", text);
  }
  const payload: JobPayload = { kind: kind.name, library: libraryName, spec: checked, files: named };
  const key = keyOf(kind, payload);
  if (wanted !== undefined && key !== wanted) throw refused("key", key, wanted);
  return { kind, key, payload };
}

function checkedNames(files: unknown): JobPayload["files"] {
  const entries = Object.entries((files ?? {}) as Record<string, unknown>);
  for (const [hash, name] of entries) {
    if (isContent(`content:${hash}`)?.hash !== hash) throw refused("files", "hashes of contents", hash);
    if (typeof name !== "string" || !FILE_NAME.test(name))
      throw refused("files", "the name of a file, without folders", name);
  }
  return Object.fromEntries(entries) as JobPayload["files"];
}

/** The texts of a spec that name files, with their options. */
export function fileTexts(
  kind: JobKind,
  spec: JobSpec,
): readonly { readonly option: string; readonly text: string }[] {
  return Object.entries(kind.files).flatMap(([option, isFile]) => {
    const value = spec[option];
    const texts = value instanceof Object ? Object.values(value) : [value];
    return texts.flatMap((text) => (typeof text === "string" && isFile(text) ? [{ option, text }] : []));
  });
}

/** A spec with other names of its files. */
export function withFiles(kind: JobKind, spec: JobSpec, renamed: ReadonlyMap<string, string>): JobSpec {
  const changed = (text: unknown, isFile: (text: string) => boolean): unknown =>
    typeof text === "string" && isFile(text) ? (renamed.get(text) ?? text) : text;
  const entries = Object.entries(spec).map(([option, value]): [string, unknown] => {
    const isFile = kind.files[option];
    if (isFile === undefined) return [option, value];
    if (!(value instanceof Object)) return [option, changed(value, isFile)];
    const inside = Object.entries(value).map(([name, text]) => [name, changed(text, isFile)]);
    return [option, Object.fromEntries(inside)];
  });
  return Object.fromEntries(entries);
}

const refused = (what: string, expected: string, received: unknown): Error =>
  fail("INVALID_ARGUMENT", {
    what: `job: ${what}`,
    expected,
    received: JSON.stringify(received) ?? "nothing",
    help: "submit the job again with `hypersolvers sweep` of this version",
  });
