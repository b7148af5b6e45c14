// @ts-check
/** Subject: memory over many runs, and by the number of steps, each measured in a process of its own. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { classifierPeaks } from "../lib/classifier-peaks.mjs";
import { fail, killedAtExit } from "../lib/process.mjs";

/**
 * What a memory process is told, and what it answers.
 * @typedef {{ work: "small" | "training" | "cycles", warm: number, runs: number }} MemoryTask
 * @typedef {{ warmMb: number, endMb: number, seconds: number }} MemoryReport
 */

/** @type {readonly (MemoryTask & { label: string })[]} */
const tasks = [
  { work: "small", label: "small program", warm: 4000, runs: 20_000 },
  { work: "training", label: "training step", warm: 4000, runs: 2000 },
  { work: "cycles", label: "compile, train, dispose", warm: 100, runs: 100 },
];

/** @param {MemoryTask} task @returns {Promise<MemoryReport>} */
function measured(task) {
  const script = fileURLToPath(new URL("../lib/memory-process.mjs", import.meta.url));
  const child = fork(script, [JSON.stringify(task)], { execArgv: ["--expose-gc"] });
  killedAtExit(child);
  return new Promise((resolve, reject) => {
    child.once("message", (report) => resolve(/** @type {MemoryReport} */ (report)));
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(fail(`memory: the process of "${task.work}" ended with code ${code}`)),
    );
  });
}

/** @type {import("./index.mjs").Subject} */
export const memory = {
  name: "memory",
  title: "resident memory after warming up and at the end, and at the peak, one process each",
  unit: "ms/run",
  needs: [],
  run: async ({ plan }) => {
    const rows = [];
    for (const { label, ...task } of tasks) {
      const share = plan.quick ? 100 : 1;
      const warm = Math.max(1, Math.ceil(task.warm / share));
      const runs = Math.max(1, Math.ceil(task.runs / share));
      const { warmMb, endMb, seconds } = await measured({ ...task, warm, runs });
      const facts = {
        "warm-up runs": warm,
        runs,
        "MB warm": warmMb,
        "MB end": endMb,
        "MB growth": endMb - warmMb,
        "ms/run": (seconds * 1000) / runs,
      };
      rows.push({ label, facts });
    }
    return [{ name: "resident set", rows, ratios: {}, notes: [] }, ...(await classifierPeaks(plan.quick))];
  },
};
