import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isLeftBehind, ownerMark } from "../../../datasets/internal.js";
import type { Assignment, JobEnd, JobRun, JobRunner } from "../../../experiments/internal.js";
import type { Machine } from "../../options/options.js";
import { keptFiles, readResult, writeAssignment } from "./job-folder.js";
import type { RunMessage, RunnerMessage } from "./runner-messages.js";

/** Bytes of what a job says that are kept: the last ones. */
const LOG = 4000;
/** Milliseconds without a word after which a process counts as stuck: solving in JavaScript may take its time. */
const SILENCE = 300_000;
/** Milliseconds in which a process that broke off says how it ended. */
const END_TIME = 2000;

/** How jobs are run. */
export interface RunnerOptions {
  readonly machine: Machine;
  /** Default 300,000 ms. */
  readonly silence?: number;
}

/**
 * Runs jobs in a process of its own, one after another, so that a job that ends it or is stuck ends nothing else. The
 * process lives on from job to job; after one that failed it is another.
 */
export function createRunner({ machine, silence = SILENCE }: RunnerOptions): JobRunner {
  let process: RunnerProcess | undefined;
  return {
    start: (assignment) => {
      process = process?.isUsable() === true ? process : startProcess(silence);
      return startRun(process, assignment, machine);
    },
    dispose: async () => process?.end(),
  };
}

/** The process of a runner. */
interface RunnerProcess {
  /** Whether it waits for a job. */
  isUsable(): boolean;
  /** Runs a job to its end, whichever that is. */
  run(
    message: RunMessage,
    onProgress: Assignment["onProgress"],
  ): Promise<Exclude<JobEnd, { readonly kind: "done" }> | RunnerDone>;
  stop(): void;
  kill(): void;
  end(): void;
}

interface RunnerDone {
  readonly kind: "json";
  readonly json: object;
}

function startProcess(silence: number): RunnerProcess {
  const child = fork(new URL("./runner-main.js", import.meta.url), {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let [log, isBusy, isGone] = ["", false, false];
  child.stderr?.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-LOG);
  });
  child.on("error", () => {
    isGone = true;
  });
  child.on("exit", () => {
    isGone = true;
  });
  return {
    isUsable: () => !isGone && !isBusy && child.connected,
    run: async (message, onProgress) => {
      isBusy = true;
      log = "";
      const answer = await answerOf(child, message, { silence, onProgress });
      if (answer.type === "gone") return { kind: "crashed", reason: answer.reason, log };
      if (answer.type === "done") {
        isBusy = false;
        return { kind: "json", json: answer.json };
      }
      isGone = true;
      child.kill("SIGKILL");
      if (answer.type === "stopped") return { kind: "stopped" };
      return { kind: answer.isFinal ? "refused" : "crashed", reason: answer.reason, log };
    },
    stop: () => void child.kill("SIGTERM"),
    kill: () => {
      isGone = true;
      child.kill("SIGKILL");
    },
    end: () => {
      if (child.connected) child.disconnect();
    },
  };
}

type Answer =
  | Extract<RunnerMessage, { readonly type: "done" | "failed" | "stopped" }>
  | { readonly type: "gone"; readonly reason: string };

/** The last word of a process on a job, or how it ended without one. */
function answerOf(
  child: ChildProcess,
  message: RunMessage,
  { silence, onProgress }: { readonly silence: number } & Pick<Assignment, "onProgress">,
): Promise<Answer> {
  return new Promise((resolve) => {
    let watchdog: ReturnType<typeof setTimeout>;
    let stuck = "";
    const heard = (): void => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => {
        stuck = `its process said nothing for ${silence / 1000} s`;
        child.kill("SIGKILL");
      }, silence);
    };
    const finish = (answer: Answer): void => {
      clearTimeout(watchdog);
      child.off("message", listen);
      child.off("exit", gone);
      resolve(answer);
    };
    const listen = (told: RunnerMessage): void => {
      heard();
      if (told.type === "progress") onProgress(told.progress);
      else if (told.type !== "alive") finish(told);
    };
    const gone = (code: number | null, signal: NodeJS.Signals | null): void =>
      finish({ type: "gone", reason: stuck || endText(code, signal) });
    child.on("message", listen);
    child.once("exit", gone);
    heard();
    child.send(message, (error) => {
      if (error === null) return;
      // One that is ending says how it ended a moment later, or has said so before anybody listened.
      setTimeout(() => {
        const { exitCode, signalCode } = child;
        const isKnown = exitCode !== null || signalCode !== null;
        const untold = `its process took no job: ${error.message}`;
        finish({ type: "gone", reason: isKnown ? endText(exitCode, signalCode) : untold });
      }, END_TIME);
    });
  });
}

const endText = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === "SIGKILL"
    ? "its process was killed (SIGKILL): by somebody, or by the system when memory ran out"
    : `its process ended by ${signal ?? `itself with exit code ${code}`}`;

function startRun(process: RunnerProcess, assignment: Assignment, machine: Machine): JobRun {
  let [isKilled, hasEnded] = [false, false];
  const place = prepared(assignment);
  const ended = (async (): Promise<JobEnd> => {
    const { folder, spec } = await place;
    try {
      if (isKilled) return { kind: "stopped" };
      const message = { kind: assignment.payload.kind, spec, folder, machine };
      const end = await process.run(message, assignment.onProgress);
      if (end.kind === "json") return { kind: "done", json: end.json, files: await readResult(folder) };
      return end.kind === "refused" ? end : { ...end, kept: await (await place).kept() };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: "crashed", reason, log: "" };
    } finally {
      hasEnded = true;
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  })();
  return {
    ended,
    kept: async () => (await place).kept(),
    // The process may be at another job by then.
    stop: () => {
      if (!hasEnded) process.stop();
    },
    kill: () => {
      isKilled = true;
      if (!hasEnded) process.kill();
    },
  };
}

const FOLDER = "hypersolvers-job-";

/** Folders of workers of this machine that were killed. */
async function removeLeftFolders(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch((): string[] => [])) {
    const [, mark = ""] = /^hypersolvers-job-([0-9a-f]{8}-\d+)-/.exec(name) ?? [];
    if (isLeftBehind(mark))
      await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function prepared(assignment: Assignment): Promise<{
  readonly folder: string;
  readonly spec: RunMessage["spec"];
  readonly kept: JobRun["kept"];
}> {
  await removeLeftFolders();
  const folder = await mkdtemp(join(tmpdir(), `${FOLDER}${ownerMark}-`));
  const spec = await writeAssignment(folder, assignment);
  return { folder, spec, kept: await keptFiles(folder) };
}
