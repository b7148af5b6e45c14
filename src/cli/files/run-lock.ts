import { readFileSync, rmSync } from "node:fs";
import { readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fail } from "../../tensor/index.js";
import { exists, makeFolder, notWritable } from "./files.js";

/** The file in the folder of a run that says who is writing there. */
export const LOCK_FILE = ".lock";

/** Who holds a folder. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO time. */
  readonly since: string;
}

/** Locks of this process, by absolute path: it may have the number of a process that is gone. */
const held = new Set<string>();

/** Ends with the process, unless that is killed: then the lock is stale. */
process.on("exit", () => {
  for (const path of held) removeOwn(path);
});

/**
 * Runs an action while no other process writes into a folder: second ones are refused. Locks of processes that are gone are
 * taken over. Leaves no trace in a folder that nothing was written to.
 * @throws FILE_NOT_WRITABLE that names the process.
 */
export async function whileLocked<T>(folder: string, action: () => Promise<T>): Promise<T> {
  const path = resolve(folder, LOCK_FILE);
  const made = await missingFolders(resolve(folder));
  await makeFolder(resolve(folder)).catch((cause: unknown) => {
    throw notWritable(folder, cause);
  });
  try {
    await lock(path, folder);
    try {
      return await action();
    } finally {
      held.delete(path);
      removeOwn(path);
    }
  } finally {
    for (const each of made) await rmdir(each).catch(() => undefined);
  }
}

/** Folders that have to be made for one, the innermost first. */
async function missingFolders(folder: string): Promise<string[]> {
  if (await exists(folder)) return [];
  const above = dirname(folder);
  return above === folder ? [] : [folder, ...(await missingFolders(above))];
}

async function lock(path: string, folder: string): Promise<void> {
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const text = `${JSON.stringify(holder)}\n`;
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await writeFile(path, text, { flag: "wx" });
      held.add(path);
      return;
    } catch (cause) {
      if (!isExisting(cause)) throw notWritable(folder, cause);
    }
    const found = await readFile(path, "utf8").catch(() => undefined);
    if (found === undefined) continue;
    const other = holderOf(found);
    if (other !== undefined && isAlive(other, path)) throw isHeld(folder, other);
    await takeAway(path, found);
  }
  throw isHeld(folder, holderOf(await readFile(path, "utf8").catch(() => "")));
}

const isExisting = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "EEXIST";

/** Undefined for a lock that was cut off while it was written. */
function holderOf(text: string): Holder | undefined {
  try {
    const { pid, host, since } = JSON.parse(text);
    return Number.isSafeInteger(pid) && pid > 0 && typeof host === "string"
      ? { pid, host, since: String(since) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Of another machine nothing is known. */
function isAlive({ pid, host }: Holder, path: string): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return held.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one as well.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Removes a stale lock, unless somebody else has done so and has another one by now. */
async function takeAway(path: string, stale: string): Promise<void> {
  const aside = `${path}.${process.pid}.tmp`;
  await rename(path, aside).catch(() => undefined);
  const moved = await readFile(aside, "utf8").catch(() => undefined);
  if (moved === undefined) return;
  if (moved === stale) await rm(aside, { force: true });
  else await rename(aside, path);
}

/** A lock that was taken over in the meantime, after this machine slept on another's disk, is another's. */
function removeOwn(path: string): void {
  try {
    const holder = holderOf(readFileSync(path, "utf8"));
    if (holder?.pid === process.pid && holder.host === hostname()) rmSync(path, { force: true });
  } catch {
    // It is gone.
  }
}

function isHeld(folder: string, holder: Holder | undefined): Error {
  const who =
    holder === undefined
      ? "another process"
      : `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  return fail("FILE_NOT_WRITABLE", {
    what: folder,
    expected: "a folder that no other run writes into",
    received: who,
    help: `wait for it, or choose another --out; if that process is gone, delete ${join(folder, LOCK_FILE)}`,
  });
}
