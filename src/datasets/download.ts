import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fail, isHypersolversError } from "../tensor/index.js";
import { type CachedDataset, temporaryFolder } from "./cache.js";
import type { DatasetDefinition, OfficialFile } from "./definition.js";
import { fetchFile } from "./fetch-file.js";
import { importDataset } from "./load.js";
import { notWritable, wordsOf } from "./trouble.js";

/** How far a download is. */
export interface DownloadProgress {
  readonly file: string;
  /** Bytes so far, and in all. */
  readonly done: number;
  readonly total: number;
}

/** How a download is watched, stopped and given up. */
export interface DownloadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Milliseconds without any byte before a server is given up; default 30,000. */
  readonly patienceMs?: number;
}

/**
 * Fetches the official files of a data set, each from the first mirror that has it with its published SHA-256, and keeps
 * them.
 * @param cache the folder of the cache.
 * @throws FILE_NOT_READABLE, saying what was tried, when no mirror has a file; MALFORMED_FILE when what came has another
 *   checksum; INTERRUPTED; FILE_NOT_WRITABLE. Nothing is kept then, and what was in the cache stays.
 */
export async function downloadDataset(
  definition: DatasetDefinition,
  cache: string,
  options: DownloadOptions = {},
): Promise<CachedDataset> {
  const folder = temporaryFolder(cache, definition.name, "download");
  try {
    await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw notWritable(folder, cause);
    });
    const paths: string[] = [];
    const sources = new Set<string>();
    for (const file of definition.official) {
      const path = join(folder, file.name);
      sources.add(await fetchFromMirrors(definition, file, path, options));
      paths.push(path);
    }
    return await importDataset(definition, paths, cache, [...sources].join(", "));
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** What one mirror had instead of the file. */
interface Attempt {
  readonly url: string;
  readonly problem: string;
  readonly isMismatch: boolean;
}

/** @returns the address that had the file, without its name. */
async function fetchFromMirrors(
  { title, name, mirrors }: DatasetDefinition,
  file: OfficialFile,
  path: string,
  { signal, onProgress, patienceMs }: DownloadOptions,
): Promise<string> {
  const attempts: Attempt[] = [];
  for (const mirror of mirrors) {
    const url = mirror + file.name;
    const onBytes = (done: number): void => onProgress?.({ file: file.name, done, total: file.size });
    try {
      const digest = await fetchFile(url, path, {
        limit: file.size,
        onBytes,
        signal,
        patienceMs,
      });
      if (digest === file.sha256) return mirror;
      attempts.push({ url, problem: `SHA-256 ${digest}`, isMismatch: true });
    } catch (cause) {
      if (signal?.aborted === true) throw fail("INTERRUPTED", { what: `download of ${title}`, cause });
      if (isHypersolversError(cause)) throw cause;
      attempts.push({ url, problem: wordsOf(cause), isMismatch: false });
    }
  }
  throw nowhere(file, attempts, name);
}

function nowhere(file: OfficialFile, attempts: readonly Attempt[], name: string): Error {
  const isMismatch = attempts.some((attempt) => attempt.isMismatch);
  return fail(isMismatch ? "MALFORMED_FILE" : "FILE_NOT_READABLE", {
    what: file.name,
    expected: `${file.size} bytes with SHA-256 ${file.sha256}`,
    received: attempts.map(({ url, problem }) => `${url}: ${problem}`).join("; "),
    help: `nothing was kept; fetch the file some other way and run \`hypersolvers data ${name} --from PATH\``,
    details: { attempts: attempts.map(({ url, problem }) => ({ url, problem })) },
  });
}
