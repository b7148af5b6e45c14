import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { fail } from "../tensor/index.js";
import type { DatasetDefinition, FileContents } from "./definition.js";
import { sha256 } from "./digest.js";
import { readArchive } from "./read-archive.js";
import { notReadable } from "./trouble.js";
import { unpacked } from "./unpack.js";

/** The files of a data set as somebody has them. */
export interface SourceContents {
  readonly files: FileContents;
  /** Whether every file, or the archive around them, has the published checksum. */
  readonly official: boolean;
}

const isArchive = (path: string): boolean => /\.(tar|tar\.gz|tgz)$/i.test(path);

/**
 * Finds and reads the files of a data set: in a folder (or a usual folder inside it), in a tar archive, or one by one.
 * Files may be gzip. Where a folder has a file both ways, the unpacked one counts. A file may also lie in a folder of its
 * name, as some copies of MNIST are unpacked; one beside that folder counts before it.
 * @param paths at least one.
 * @throws FILE_NOT_READABLE for a path that leads nowhere; INVALID_ARGUMENT listing the files that are missing, or for a
 *   file that is none of the data set's or comes twice; MALFORMED_FILE for damaged files.
 */
export async function readSource(
  definition: DatasetDefinition,
  paths: readonly string[],
): Promise<SourceContents> {
  const { archives, files: places } = await locate(definition, paths);
  const files = new Map<string, Uint8Array>();
  let official = places.size === 0 && archives.length > 0;
  const take = async (name: string, bytes: Uint8Array, place: string): Promise<void> => {
    if (files.has(name)) throw twice(name, place, "an archive");
    files.set(name, await unpacked(bytes, place));
  };
  for (const archive of archives) {
    const contents = await readArchive(archive, (name) => canonical(definition, name) !== undefined);
    for (const [name, bytes] of contents.files)
      await take(canonical(definition, name) ?? name, bytes, `${archive}: ${name}`);
    official &&= definition.official.some((file) => file.sha256 === contents.sha256);
  }
  for (const [name, place] of places) await take(name, await read(place), place);
  requireAll(definition, [...files.keys()], paths.join(", "));
  return { files, official: official || haveDigests(definition, files) };
}

const canonical = ({ canonicalName }: DatasetDefinition, name: string): string | undefined =>
  canonicalName(name.replace(/\.gz$/i, ""));

function haveDigests({ digests }: DatasetDefinition, files: FileContents): boolean {
  return digests !== undefined && [...files].every(([name, bytes]) => digests[name] === sha256(bytes));
}

interface Located {
  readonly archives: readonly string[];
  /** Paths by canonical name. */
  readonly files: ReadonlyMap<string, string>;
}

async function locate(definition: DatasetDefinition, paths: readonly string[]): Promise<Located> {
  const archives: string[] = [];
  const files = new Map<string, string>();
  for (const path of paths) {
    if (await isFolder(path)) {
      const found = await locateInFolder(definition, path);
      archives.push(...found.archives);
      for (const [name, place] of found.files) addFile(files, name, place);
    } else if (isArchive(path)) archives.push(path);
    else addFile(files, requireCanonical(definition, path), path);
  }
  return { archives, files };
}

/** Files of the folder itself, else of the first usual folder inside it that has some, else the official archive. */
async function locateInFolder(definition: DatasetDefinition, folder: string): Promise<Located> {
  for (const place of [folder, ...definition.subfolders.map((name) => join(folder, name))]) {
    const { files, folders } = await entriesIn(definition, place);
    for (const [name, inner] of folders) {
      const path = (await entriesIn(definition, inner)).files.get(name);
      if (path !== undefined && !files.has(name)) files.set(name, path);
    }
    if (files.size > 0) return { archives: [], files };
  }
  const names = await namesIn(folder);
  const archive = definition.official.find(({ name }) => isArchive(name) && names.includes(name));
  return { archives: archive === undefined ? [] : [join(folder, archive.name)], files: new Map() };
}

/** Files and folders with names of the data set's files: paths by canonical name. */
async function entriesIn(
  definition: DatasetDefinition,
  folder: string,
): Promise<{ readonly files: Map<string, string>; readonly folders: ReadonlyMap<string, string> }> {
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  // In order of names: a file comes before itself with .gz.
  for (const entry of await namesIn(folder)) {
    const name = canonical(definition, entry);
    if (name === undefined) continue;
    const path = join(folder, entry);
    const found = (await isFolder(path)) ? folders : files;
    if (!found.has(name)) found.set(name, path);
  }
  return { files, folders };
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = await readdir(folder).catch(() => []);
  return names.sort();
}

function addFile(files: Map<string, string>, name: string, path: string): void {
  const other = files.get(name);
  if (other !== undefined) throw twice(name, path, other);
  files.set(name, path);
}

function twice(name: string, path: string, other: string): Error {
  return fail("INVALID_ARGUMENT", {
    what: path,
    expected: "every file once",
    received: `${name}, which ${other} has too`,
    help: "name one of the two",
  });
}

function requireCanonical(definition: DatasetDefinition, path: string): string {
  const name = canonical(definition, basename(path));
  if (name !== undefined) return name;
  throw fail("INVALID_ARGUMENT", {
    what: path,
    expected: `a file of ${definition.title}: ${definition.contents}`,
    received: basename(path),
    help: "name the folder with these files, an archive (.tar, .tar.gz, .tgz), or the files under their usual names",
  });
}

function requireAll(definition: DatasetDefinition, present: readonly string[], what: string): void {
  const missing = definition.missing(present);
  if (missing.length === 0) return;
  throw fail("INVALID_ARGUMENT", {
    what,
    expected: `the files of ${definition.title}: ${definition.contents}`,
    received: present.length === 0 ? "none of them" : `no ${missing.join(", no ")}`,
    help: "name the folder or archive that has all of them",
  });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw notReadable(
      path,
      "a folder, an archive or a file",
      cause,
      "check the path; it is relative to the current folder",
    );
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw notReadable(path, "a file", cause, "check the path and its permissions");
  }
}
