import { fork } from "node:child_process";
import type { PeakReply, PeakRequest } from "../cnf/peak-messages.js";

/**
 * Peak resident memory of a process that does nothing but draw samples, in bytes, Node and the runtime included: what
 * this process holds says nothing of one method.
 * @returns undefined where the system does not tell (others than Linux), or the process ends without an answer.
 */
export function peakMemory(request: PeakRequest): Promise<number | undefined> {
  const child = fork(new URL("./peak-main.js", import.meta.url), {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  return new Promise((resolve) => {
    child.once("message", ({ bytes }: PeakReply) => resolve(bytes));
    child.once("error", () => resolve(undefined));
    child.once("exit", () => resolve(undefined));
    child.send(request, () => {});
  });
}
