// @ts-check
/** Child processes that never outlive this one, and errors meant for the reader. */

/** @type {Set<import("node:child_process").ChildProcess>} */
const children = new Set();

process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
  process.on(signal, () => process.exit(130));

/** Kills a child when this process ends, however it ends. @param {import("node:child_process").ChildProcess} child */
export function killedAtExit(child) {
  children.add(child);
  child.once("exit", () => children.delete(child));
}

/** An error whose message says all: it is printed without a stack. */
export class BenchError extends Error {}

/** @param {string} message */
export const fail = (message) => new BenchError(message);

/** @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
