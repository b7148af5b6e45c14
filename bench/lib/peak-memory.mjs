// @ts-check
/** Peak resident memory of some work, on both sides each in a process of its own. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startPeer } from "./peer.mjs";
import { fail, killedAtExit } from "./process.mjs";

/**
 * Work to be done in another process.
 * @typedef {object} PeakTask
 * @property {string} module URL of a module
 * @property {string} name of an exported function that takes `options` and makes the work
 * @property {object} options
 * @property {number} runs
 */

/** @typedef {Record<"MB peak" | "MB for it", number>} PeakFacts "for it": above the process with its libraries loaded */

/** @param {PeakTask} task @returns {Promise<PeakFacts>} */
export function ourPeak(task) {
  const script = fileURLToPath(new URL("./peak-process.mjs", import.meta.url));
  const child = fork(script, [JSON.stringify(task)]);
  killedAtExit(child);
  return new Promise((resolve, reject) => {
    child.once("message", (report) => resolve(/** @type {PeakFacts} */ (report)));
    child.once("error", reject);
    child.once("exit", (code) => reject(fail(`the process of "${task.name}" ended with code ${code}`)));
  });
}

/**
 * @param {string} subject the peer's module
 * @param {object} options
 * @param {import("./wire.mjs").NamedTensors} tensors
 * @param {number} runs
 * @returns {Promise<PeakFacts>}
 */
export async function theirPeak(subject, options, tensors, runs) {
  const peer = await startPeer();
  try {
    const before = await peer.memory(true);
    await peer.prepare(subject, options, tensors);
    await peer.run(runs, peer.facts.threads);
    const { peakMb } = await peer.memory(false);
    return peakFacts(before.residentMb, peakMb);
  } finally {
    await peer.close();
  }
}

/** @param {number | null} before @param {number | null} peak @returns {PeakFacts} */
export const peakFacts = (before, peak) => ({
  "MB peak": peak ?? Number.NaN,
  "MB for it": peak === null || before === null ? Number.NaN : peak - before,
});
