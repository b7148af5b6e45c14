import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

const main = resolve("dist/cli/main.js");
const program = resolve("dist/cli/program.js");
const oneProcess = resolve("test/e2e/one-process.mjs");

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. */
  json(): Record<string, unknown>;
}

export interface Running {
  readonly child: ChildProcess;
  /** Resolves when stderr has shown this text. */
  says(text: string): Promise<void>;
  readonly finished: Promise<Finished>;
}

/** Starts the built command line in a folder. */
export function start(args: readonly string[], cwd: string): Running {
  const child = spawn(process.execPath, [main, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const heard = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      heard[name] += chunk.toString();
      for (const listener of listeners) listener();
    });
  const finished = new Promise<Finished>((done) => {
    child.on("close", (code) => {
      for (const listener of listeners) listener();
      done({ code, ...heard, json: () => JSON.parse(heard.stdout) });
    });
  });
  const says = (text: string): Promise<void> =>
    new Promise((done, lost) => {
      const look = (): void => {
        const ended = child.exitCode !== null;
        if (!heard.stderr.includes(text) && !ended) return;
        listeners.delete(look);
        if (heard.stderr.includes(text)) done();
        else lost(new Error(`ended without saying "${text}": ${heard.stderr}`));
      };
      listeners.add(look);
      look();
    });
  return { child, says, finished };
}

/** Runs the built command line in a folder to its end. */
export const run = (args: readonly string[], cwd: string): Promise<Finished> => start(args, cwd).finished;

/**
 * Runs command lines one after another in a single process, which loads the library once: for what a line says, not for
 * how its process starts and ends.
 */
export async function runAll(lines: readonly (readonly string[])[], cwd: string): Promise<Finished[]> {
  const child = spawn(process.execPath, [oneProcess, program, JSON.stringify(lines)], {
    cwd,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const results: Buffer[] = [];
  child.stdio[3]?.on("data", (chunk: Buffer) => results.push(chunk));
  const code = await new Promise((done) => child.on("close", done));
  const finished = Buffer.concat(results).toString().split("\n").slice(0, -1);
  if (code !== 0 || finished.length !== lines.length)
    throw new Error(`ended with ${String(code)} at: ${lines[finished.length]?.join(" ")}`);
  return finished.map((text): Finished => {
    const own = JSON.parse(text) as Omit<Finished, "json">;
    return { ...own, json: () => JSON.parse(own.stdout) };
  });
}
