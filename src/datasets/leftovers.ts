import { createHash } from "node:crypto";
import { hostname } from "node:os";

/** This machine among those that share a folder: process numbers are its own. */
const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

/** What stands in the names of temporary files and folders of this process: `3f2a91c0-4711`. */
export const ownerMark: string = `${machine}-${process.pid}`;

/** Whether a mark in a name is of a process of this machine that is no more. What other machines do is not known here. */
export function isLeftBehind(mark: string): boolean {
  const [, where, pid] = /^([0-9a-f]{8})-(\d+)$/.exec(mark) ?? [];
  return where === machine && !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One of somebody else's is running all the same.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
