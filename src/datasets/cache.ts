import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fail, isHypersolversError } from "../tensor/index.js";
import { type DatasetName, datasetNames, type FileContents } from "./definition.js";
import { sha256 } from "./digest.js";
import { isLeftBehind, ownerMark } from "./leftovers.js";
import { decodeManifest, encodeManifest, MANIFEST, type Manifest } from "./manifest.js";
import { notReadable, notWritable } from "./trouble.js";

/** A data set that is kept. */
export interface CachedDataset extends Manifest {
  /** The folder it is in. */
  readonly path: string;
}

/** The folder of the data sets of a cache. */
export const datasetsIn = (cache: string): string => join(cache, "data");

const folderOf = (cache: string, name: DatasetName): string => join(datasetsIn(cache), name);

/**
 * A name below the cache for work in progress; nobody reads it.
 * @param purpose a word, such as `download`.
 */
export const temporaryFolder = (cache: string, name: DatasetName, purpose: string): string =>
  join(datasetsIn(cache), `.${name}.${ownerMark}.${purpose}`);

/**
 * Keeps a data set, instead of the one of its name that was there: whole or not at all.
 * @throws FILE_NOT_WRITABLE; what was there before is left as it was.
 */
export async function store(
  cache: string,
  facts: Omit<Manifest, "format" | "files">,
  contents: FileContents,
): Promise<CachedDataset> {
  const path = folderOf(cache, facts.name);
  const [made, old] = ["new", "old"].map((purpose) => temporaryFolder(cache, facts.name, purpose)) as [
    string,
    string,
  ];
  const files = Object.fromEntries(
    [...contents].map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }]),
  );
  const manifest: Manifest = { format: 1, ...facts, files };
  try {
    for (const folder of [made, old]) await rm(folder, { recursive: true, force: true });
    await mkdir(made, { recursive: true });
    for (const [name, bytes] of contents) await writeSynced(join(made, name), bytes);
    await writeSynced(join(made, MANIFEST), encodeManifest(manifest));
    await rename(path, old).catch(() => undefined);
    await rename(made, path).catch(async (cause) => {
      await rename(old, path).catch(() => undefined);
      throw cause;
    });
  } catch (cause) {
    throw notWritable(path, cause);
  } finally {
    for (const folder of [made, old])
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
  return { ...manifest, path };
}

/** A file that is on the disk when this has been done: a name is given to it only then. */
async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Tidies up after processes that were killed while they kept a data set: of one that had put the old one aside and not yet
 * the new one in its place, the new one takes it, or else the old one. Everything else that they left goes.
 */
async function recover(cache: string, name: DatasetName): Promise<void> {
  const folder = datasetsIn(cache);
  const left = (await readdir(folder).catch((): string[] => [])).filter((entry) => {
    const [, of, mark = ""] = /^\.(.+)\.([0-9a-f]{8}-\d+)\.[a-z]+$/.exec(entry) ?? [];
    return of === name && isLeftBehind(mark);
  });
  const isThere = async (place: string): Promise<boolean> =>
    (await stat(join(place, MANIFEST)).catch(() => undefined)) !== undefined;
  for (const purpose of ["new", "old"])
    for (const entry of left.filter((each) => each.endsWith(`.${purpose}`)))
      if (!(await isThere(folderOf(cache, name))) && (await isThere(join(folder, entry))))
        await rename(join(folder, entry), folderOf(cache, name)).catch(() => undefined);
  for (const entry of left)
    await rm(join(folder, entry), { recursive: true, force: true }).catch(() => undefined);
}

/**
 * What is known of a kept data set; its files are not looked at.
 * @returns undefined when it is not there.
 * @throws MALFORMED_FILE for a damaged description.
 */
export async function lookUp(cache: string, name: DatasetName): Promise<CachedDataset | undefined> {
  await recover(cache, name);
  const path = folderOf(cache, name);
  const file = join(path, MANIFEST);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    return undefined;
  }
  return { ...decodeManifest(text, file), path };
}

/**
 * The files of a kept data set, each against its checksum.
 * @throws FILE_NOT_READABLE; MALFORMED_FILE for a file that was changed since.
 */
export async function readCached({ path, name, files }: CachedDataset): Promise<FileContents> {
  const contents = new Map<string, Uint8Array>();
  const help = `remove the folder and run \`hypersolvers data ${name}\` again`;
  for (const [file, expected] of Object.entries(files)) {
    const place = join(path, file);
    const bytes = await readFile(place).catch((cause: unknown) => {
      throw notReadable(place, "a file of the cache", cause, help);
    });
    if (bytes.length !== expected.bytes || sha256(bytes) !== expected.sha256) {
      throw fail("MALFORMED_FILE", {
        what: place,
        expected: `the file that was kept: ${expected.bytes} bytes, SHA-256 ${expected.sha256.slice(0, 12)}…`,
        received: `${bytes.length} bytes, SHA-256 ${sha256(bytes).slice(0, 12)}…`,
        help,
      });
    }
    contents.set(file, bytes);
  }
  return contents;
}

/** A folder of the cache whose description cannot be used. */
export interface DamagedDataset {
  readonly name: DatasetName;
  readonly path: string;
  readonly problem: string;
}

/** All data sets of a cache that can be loaded by name. */
export async function listCached(cache: string): Promise<readonly (CachedDataset | DamagedDataset)[]> {
  for (const name of datasetNames) await recover(cache, name);
  const present: readonly string[] = await readdir(datasetsIn(cache)).catch(() => []);
  const found: (CachedDataset | DamagedDataset)[] = [];
  for (const name of datasetNames.filter((known) => present.includes(known))) {
    try {
      const cached = await lookUp(cache, name);
      if (cached !== undefined) found.push(cached);
    } catch (error) {
      if (!isHypersolversError(error)) throw error;
      found.push({ name, path: folderOf(cache, name), problem: error.facts.received ?? error.message });
    }
  }
  return found;
}
