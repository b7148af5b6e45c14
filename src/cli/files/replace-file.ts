import { lstat, open, readdir, readlink, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isLeftBehind, ownerMark } from "../../datasets/internal.js";
import { whileHalfWritten } from "./half-written.js";

/**
 * Puts a whole file in the place of the one that was there, or leaves that as it was: under a temporary name first, on the
 * disk before it is renamed. A link stays one, its target is replaced; a device or a pipe is written into; a file keeps its
 * permissions. What killed processes left half-written in the folder goes.
 * @throws what the file system throws.
 */
export async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  const target = await targetOf(path);
  const there = await stat(target).catch(() => undefined);
  if (there !== undefined && !there.isFile() && !there.isDirectory()) {
    await writeFile(target, content);
    return;
  }
  const folder = dirname(target);
  await removeOrphans(folder);
  const temporary = join(folder, temporaryName(basename(target)));
  try {
    await whileHalfWritten(temporary, async () => {
      await writeSynced(temporary, content, there?.mode);
      await rename(temporary, target);
    });
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cause;
  }
  await syncFolder(folder);
}

/** Links that lead to one another end somewhere before so many. */
const MOST_LINKS = 40;

/** Where a path leads in the end; that need not exist. */
async function targetOf(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const found = await lstat(target).catch(() => undefined);
    if (found === undefined || !found.isSymbolicLink()) break;
    target = resolve(dirname(target), await readlink(target));
  }
  return target;
}

async function writeSynced(path: string, content: Uint8Array | string, mode?: number): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(content);
    if (mode !== undefined) await file.chmod(mode & 0o7777);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is on the disk once its folder is; where folders cannot be synced, the system does it in its time. */
async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, "r").catch(() => undefined);
  await opened?.sync().catch(() => undefined);
  await opened?.close();
}

/** Names have at most 255 bytes in most file systems. */
const LONGEST = 180;

let written = 0;

function temporaryName(name: string): string {
  const short = Buffer.from(name).subarray(0, LONGEST).toString("utf8").replaceAll("\ufffd", "");
  return `.${short}.${ownerMark}-${written++}.tmp`;
}

const orphanForm = /^\..*\.([0-9a-f]{8}-\d+)-\d+\.tmp$/s;
const looked = new Set<string>();

/** Half-written files of processes of this machine that are no more; each folder is looked at once. */
async function removeOrphans(folder: string): Promise<void> {
  const whole = resolve(folder);
  if (looked.has(whole)) return;
  looked.add(whole);
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const [, mark = ""] = orphanForm.exec(name) ?? [];
    if (isLeftBehind(mark)) await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}
