import { constants } from "node:fs";
import { access, mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fail, type HypersolversError, isHypersolversError } from "../../tensor/index.js";
import { replaceFile } from "./replace-file.js";
import { readStandardInput, STANDARD } from "./standard-input.js";

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);

const readingTrouble: Readonly<Record<string, readonly [received: string, help: string]>> = {
  ENOENT: ["no such file", "check the path; it is relative to the current folder"],
  ENOTDIR: ["no such file: a part of the path is not a folder", "check the path"],
  EISDIR: ["a folder", "name a file inside it"],
  EACCES: ["no permission to read it", "change its permissions, or read a copy"],
  EPERM: ["no permission to read it", "change its permissions, or read a copy"],
};

/**
 * All bytes of a file; of standard input for `-`.
 * @throws FILE_NOT_READABLE saying why and what to do.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  if (path === STANDARD) return readStandardInput();
  try {
    return await readFile(path);
  } catch (cause) {
    const [received, help] = readingTrouble[codeOf(cause)] ?? [String(cause), "check the disk"];
    throw fail("FILE_NOT_READABLE", { what: path, expected: "a file", received, help, cause });
  }
}

/** Whether there is a file (not a folder) of that name. */
export async function isFile(path: string): Promise<boolean> {
  return (await kindOf(path)) === "file";
}

/** Whether there is a file or a folder of that name. */
export async function exists(path: string): Promise<boolean> {
  return (await kindOf(path)) !== "nothing";
}

async function kindOf(path: string): Promise<"file" | "folder" | "nothing"> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch {
    return "nothing";
  }
}

/**
 * Makes sure, before any long work, that a file can be written; leaves no trace.
 * @throws FILE_NOT_WRITABLE when it is a folder, or its folder neither exists nor can be made.
 */
export async function requireWritableFile(path: string): Promise<void> {
  requireName(path);
  if ((await kindOf(path)) === "folder") {
    throw fail("FILE_NOT_WRITABLE", {
      what: path,
      expected: "the name of a file",
      received: "a folder",
      help: `name a file inside it, such as ${join(path, "result")}`,
    });
  }
  await requireWritableFolder(dirname(resolve(path)));
}

/**
 * Makes sure that files can be written into a folder, which may not exist yet; leaves no trace.
 * @throws FILE_NOT_WRITABLE naming the part of the path that is in the way.
 */
export async function requireWritableFolder(path: string): Promise<void> {
  requireName(path);
  let existing = resolve(path);
  while ((await kindOf(existing)) === "nothing" && dirname(existing) !== existing)
    existing = dirname(existing);
  if ((await kindOf(existing)) === "file") {
    throw fail("FILE_NOT_WRITABLE", {
      what: path,
      expected: "a folder, existing or new",
      received: `${existing} is a file`,
      help: "choose another --out",
    });
  }
  try {
    await access(existing, constants.W_OK);
  } catch (cause) {
    throw notWritable(existing, cause);
  }
}

/** Makes a folder and those above it. Node's own `recursive` never ends where a file system makes none, as under /proc. */
export async function makeFolder(path: string): Promise<void> {
  if ((await kindOf(path)) === "folder") return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above);
  await mkdir(path).catch(async (cause: unknown) => {
    if ((await kindOf(path)) !== "folder") throw cause;
  });
}

/** @throws FILE_NOT_WRITABLE for no name at all. */
function requireName(path: string): void {
  if (path !== "") return;
  throw fail("FILE_NOT_WRITABLE", {
    what: "the name of a file",
    expected: "a name, such as result.safetensors",
    received: "no text",
  });
}

/**
 * Writes a whole file or none: see `replaceFile`. Missing folders are made.
 * @throws FILE_NOT_WRITABLE; the file that was there before is left as it was.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  requireName(path);
  try {
    await makeFolder(dirname(path));
    await replaceFile(path, content);
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

/** A file by its path below a folder. */
export interface NamedContent {
  readonly path: string;
  readonly content: Uint8Array | string;
}

/** What became of several files. */
export interface WrittenFiles {
  /** Those that were written, in order. */
  readonly paths: readonly string[];
  /** Absent when all were. */
  readonly failure?: HypersolversError;
}

/** Writes files below a folder, the most precious first. One that cannot be written does not cost the others. */
export async function writeAll(folder: string, files: readonly NamedContent[]): Promise<WrittenFiles> {
  const run = runFolder(folder);
  for (const file of files) await run.write(file);
  return run.written();
}

/** A folder that files are written into one after another, as they are made. */
export interface RunFolder {
  /** Notes when it cannot be done, and goes on. */
  write(file: NamedContent): Promise<void>;
  written(): WrittenFiles;
}

export function runFolder(folder: string): RunFolder {
  const paths = new Set<string>();
  const failures = new Map<string, HypersolversError>();
  return {
    write: async ({ path, content }) => {
      const place = join(folder, path);
      try {
        await writeWhole(place, content);
        paths.add(place);
      } catch (error) {
        if (!isHypersolversError(error, "FILE_NOT_WRITABLE")) throw error;
        failures.set(place, error);
      }
    },
    written: () => {
      const [first] = failures.values();
      if (first === undefined) return { paths: [...paths] };
      const failure = fail("FILE_NOT_WRITABLE", { ...first.facts, what: [...failures.keys()].join(", ") });
      return { paths: [...paths], failure };
    },
  };
}

/** Where files are, as the last lines of a result. */
export const wroteLines = (paths: readonly string[]): string[] =>
  paths.length === 0 ? [] : ["", "Wrote", ...paths.map((path) => `  ${path}`)];

const writingTrouble: Readonly<Record<string, readonly [received: string, help: string]>> = {
  EACCES: ["no permission to write", "choose another --out, or change the permissions"],
  EPERM: ["no permission to write", "choose another --out, or change the permissions"],
  EROFS: ["a read-only file system", "choose another --out"],
  ENOSPC: ["no space left on the disk", "free some space, or choose another --out"],
  ENOTDIR: ["a part of the path is not a folder", "choose another --out"],
  ENAMETOOLONG: ["a name that the file system finds too long", "choose a shorter --out"],
  EEXIST: ["a file where a folder is needed", "choose another --out"],
};

/** Says what kept a file or a folder from being written. */
export function notWritable(path: string, cause: unknown): Error {
  const [received, help] = writingTrouble[codeOf(cause)] ?? [String(cause), "choose another --out"];
  return fail("FILE_NOT_WRITABLE", { what: path, received, help, cause });
}
