import { tmpdir } from "node:os";
import type { JobContext, JobResult } from "../../command.js";
import type { MachineContext, SpecJob } from "../../options/spec-command.js";
import { UsageError } from "../../options/usage-error.js";
import { stopSignals } from "../../terminal/interruption.js";
import { OUT, type RunMessage, type RunnerMessage } from "./runner-messages.js";

/** Entry of the process behind `createRunner`: runs one job after another, each as its command would. */

/** Milliseconds between signs that this process is not stuck. */
const ALIVE_INTERVAL = 1000;

/** Errors of the machine, not of the job: another worker, or the same one later, may come through. */
const passing = ["FILE_NOT_READABLE", "FILE_NOT_WRITABLE", "DEVICE_NOT_AVAILABLE", "RUNTIME_FAILURE"];

const send = (message: RunnerMessage): void => void process.send?.(message);

// biome-ignore lint/suspicious/noExplicitAny: a spec is checked against the table of its kind before it comes here.
const jobs: Readonly<Record<string, () => Promise<SpecJob<any>>>> = {
  fit: async () => (await import("../fit/job.js")).fitJob,
  candidate: async () => (await import("../fit/candidate-job.js")).candidateJob,
  train: async () => (await import("../train/job.js")).trainJob,
  tune: async () => (await import("../tune/job.js")).tuneJob,
  reproduce: async () => (await import("../reproduce/job.js")).reproduceJob,
};

// Without the worker nobody wants what is computed here.
process.on("disconnect", () => process.exit(1));
setInterval(() => send({ type: "alive" }), ALIVE_INTERVAL).unref();
process.on("message", (message: RunMessage) => void run(message).then(send));

async function run({ kind, spec, folder, machine }: RunMessage): Promise<RunnerMessage> {
  process.chdir(folder);
  try {
    const job = await jobs[kind]?.();
    if (job === undefined) return { type: "failed", reason: `no job of kind ${kind}`, isFinal: true };
    const result = await job.run(await resumable(kind, { ...spec, out: OUT }), deskOf(kind, machine));
    return ended(result);
  } catch (error) {
    return failed(error);
  } finally {
    // The folder goes when its job has ended.
    process.chdir(tmpdir());
  }
}

/** A run goes on from what is in its folder, if it has kept anything. */
async function resumable(kind: string, spec: RunMessage["spec"]): Promise<RunMessage["spec"]> {
  const { CHECKPOINT_FILE } = await import("../../../experiments/internal.js");
  const { exists } = await import("../../files/files.js");
  const needsCheckpoint = ["fit", "candidate", "train"].includes(kind);
  const resume = await exists(needsCheckpoint ? `${OUT}/${CHECKPOINT_FILE}` : OUT);
  return { ...spec, resume };
}

function deskOf(kind: string, machine: RunMessage["machine"]): MachineContext {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const context: JobContext = {
    output: { result: () => {}, data: () => {}, note: say, warn: (sentence) => say(`warning: ${sentence}`) },
    progress: {
      update: ({ name, done, total, detail }) =>
        send({ type: "progress", progress: { stage: name, done, total, detail } }),
      stop: () => {},
    },
    commandLine: `hypersolvers ${kind} --config config.json`,
  };
  return { ...context, machine };
}

async function ended({ json, exitCode = 0, failure }: JobResult): Promise<RunnerMessage> {
  if (Object.values<number>(stopSignals).includes(exitCode)) return { type: "stopped" };
  return failure === undefined ? { type: "done", json } : failed(failure);
}

async function failed(error: unknown): Promise<RunnerMessage> {
  const { isHypersolversError } = await import("../../../tensor/index.js");
  if (isHypersolversError(error, "INTERRUPTED")) return { type: "stopped" };
  if (error instanceof Error) process.stderr.write(`${error.stack}\n`);
  const reason = error instanceof Error ? error.message : String(error);
  const isOurs = isHypersolversError(error);
  const isFinal = error instanceof UsageError || (isOurs && !passing.includes(error.code));
  return { type: "failed", reason, isFinal };
}
