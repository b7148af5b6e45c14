import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { posix } from "node:path";
import type { Parser, ReadEntry } from "tar";
import { fail, isHypersolversError } from "../tensor/index.js";
import { notReadable, wordsOf } from "./trouble.js";
import { LARGEST_FILE } from "./unpack.js";

/** What an archive had of a data set. */
export interface ArchiveContents {
  /** By base name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** SHA-256 of the archive itself. */
  readonly sha256: string;
}

/**
 * Reads wanted files out of a tar archive, gzip or not, into memory. Nothing is written anywhere; links and folders are
 * passed over.
 * @param wanted whether a file is of interest, by base name.
 * @throws FILE_NOT_READABLE; MALFORMED_FILE when the archive is cut off or damaged, has paths that lead out of it, a
 *   wanted file twice, or one of more than 512 MiB.
 */
export async function readArchive(path: string, wanted: (name: string) => boolean): Promise<ArchiveContents> {
  const files = new Map<string, Uint8Array>();
  const hash = createHash("sha256");
  const parser = await strictParser();
  const state: { refusal: Error | undefined } = { refusal: undefined };
  parser.on("entry", (entry: ReadEntry) => {
    state.refusal ??= takeEntry(entry, wanted, files, path);
    entry.resume();
  });
  const ended = new Promise<void>((resolve, reject) => {
    parser.on("end", resolve);
    parser.on("error", reject);
  });
  // Awaited below; the reading may fail first.
  ended.catch(() => undefined);
  try {
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk);
      if (!parser.write(chunk)) await Promise.race([drained(parser), ended]);
      if (state.refusal !== undefined) throw state.refusal;
    }
    parser.end();
    await ended;
    if (state.refusal !== undefined) throw state.refusal;
  } catch (cause) {
    if (isHypersolversError(cause)) throw cause;
    throw archiveTrouble(path, cause);
  }
  return { files, sha256: hash.digest("hex") };
}

/** Loaded when there is an archive: most who load data sets have none. */
const strictParser = async (): Promise<Parser> => new (await import("tar")).Parser({ strict: true });

const drained = (parser: Parser): Promise<void> => new Promise((resolve) => parser.once("drain", resolve));

/** Collects the entry if it is wanted. @returns what is wrong with it. */
function takeEntry(
  entry: ReadEntry,
  wanted: (name: string) => boolean,
  files: Map<string, Uint8Array>,
  path: string,
): Error | undefined {
  const what = `${path}: ${entry.path}`;
  const malformed = (expected: string, received: string): Error =>
    fail("MALFORMED_FILE", {
      what,
      expected,
      received,
      help: "do not trust this archive: fetch the official one",
    });
  const inside = entry.path.replaceAll("\\", "/");
  if (inside.startsWith("/") || inside.split("/").includes("..") || /^[a-z]:/i.test(inside))
    return malformed("paths inside the archive", "one that leads out of it");
  const name = posix.basename(inside);
  if (!wanted(name) || (entry.type !== "File" && entry.type !== "OldFile")) return undefined;
  if (entry.size > LARGEST_FILE) return malformed("at most 512 MiB", `${entry.size} bytes`);
  if (files.has(name)) return malformed(`one file of the name ${name}`, "a second one");
  const bytes = new Uint8Array(entry.size);
  files.set(name, bytes);
  let position = 0;
  entry.on("data", (chunk: Buffer) => {
    bytes.set(chunk, position);
    position += chunk.length;
  });
  return undefined;
}

function archiveTrouble(path: string, cause: unknown): Error {
  if (cause instanceof Error && "syscall" in cause)
    return notReadable(path, "a tar archive", cause, "check the path");
  return fail("MALFORMED_FILE", {
    what: path,
    expected: "a whole tar archive, gzip or not",
    received: wordsOf(cause),
    help: "the file is cut off or damaged: fetch it again",
    cause,
  });
}
