import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

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

/** A process in which command lines run one after another, so that the library is loaded once. */
export interface OneProcess {
  /** For what a line says, not for how a process starts and ends. Lines wait for their turn. */
  run(args: readonly string[]): Promise<Finished>;
  end(): void;
}

/** It starts with the first line. */
export function oneProcessIn(cwd: string): OneProcess {
  let child: ChildProcess | undefined;
  const waiting: { args: readonly string[]; done(ended: Finished): void; lost(error: Error): void }[] = [];
  const started = (): ChildProcess => {
    const own = spawn(process.execPath, [oneProcess, program], {
      cwd,
      stdio: ["pipe", "inherit", "inherit", "pipe"],
    });
    const results = createInterface({ input: own.stdio[3] as Readable });
    results.on("line", (text) => {
      const ended = JSON.parse(text) as Omit<Finished, "json">;
      waiting.shift()?.done({ ...ended, json: () => JSON.parse(ended.stdout) });
    });
    own.on("close", (code) => {
      for (const { args, lost } of waiting.splice(0))
        lost(new Error(`the process ended with ${String(code)} at or before: ${args.join(" ")}`));
    });
    return own;
  };
  return {
    run: (args) =>
      new Promise((done, lost) => {
        child ??= started();
        waiting.push({ args, done, lost });
        child.stdin?.write(`${JSON.stringify(args)}\n`);
      }),
    end: () => child?.stdin?.end(),
  };
}

/** Runs command lines in one process, which ends with the last. */
export async function runAll(lines: readonly (readonly string[])[], cwd: string): Promise<Finished[]> {
  const together = oneProcessIn(cwd);
  const finished = await Promise.all(lines.map((line) => together.run(line)));
  together.end();
  return finished;
}
