import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

const main = resolve("dist/cli/main.js");

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
