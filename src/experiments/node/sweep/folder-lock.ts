import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fail } from "../../../tensor/index.js";

/** Who holds a folder. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, as Linux counts it: another process may get its number. */
  readonly begun: string | undefined;
}

/**
 * Makes a folder this process's own, until it releases it or ends.
 * @throws QUEUE_NOT_AVAILABLE that names the process that has it.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "lock");
  const own: Holder = { pid: process.pid, host: hostname(), begun: begunOf(process.pid) };
  for (let attempt = 0; !created(file, own); attempt++) {
    const holder = holderOf(file);
    if (holder !== undefined && (isAlive(holder) || attempt > 2)) throw held(folder, holder);
    remove(file, holder);
  }
  const release = (): void => rmSync(file, { force: true });
  process.once("exit", release);
  return () => {
    process.off("exit", release);
    release();
  };
}

function created(file: string, own: Holder): boolean {
  try {
    writeFileSync(file, JSON.stringify(own), { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function holderOf(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

/** Removes the lock of a process that is gone, unless another has taken its place meanwhile. */
function remove(file: string, holder: Holder | undefined): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const found = holderOf(aside);
  if (JSON.stringify(found) === JSON.stringify(holder)) rmSync(aside, { force: true });
  else renameSync(aside, file);
}

function isAlive({ pid, host, begun }: Holder): boolean {
  // Of another machine nothing is known.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  const now = begunOf(pid);
  return begun === undefined || now === undefined || now === begun;
}

function begunOf(pid: number): string | undefined {
  try {
    // The name of the program, in brackets, may hold blanks.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
  } catch {
    return undefined;
  }
}

const held = (folder: string, { pid, host }: Holder): Error =>
  fail("QUEUE_NOT_AVAILABLE", {
    what: folder,
    expected: "a folder that no other process works in",
    received: `process ${pid} on ${host} has it`,
    help:
      host === hostname()
        ? "wait for it or end it; for several processes or machines use a PostgreSQL server, --queue postgres://…"
        : `if that process is gone, delete ${join(folder, "lock")}`,
  });
