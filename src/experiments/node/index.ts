/** What experiments ask of the system under Node; `experiments/web` is the same for browsers. */
import { readFile } from "node:fs/promises";
import type { ExperimentHost } from "../host.js";
import { peakMemory } from "./peak-memory.js";

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export const host: ExperimentHost = {
  readShipped: readFile,
  peakMemory,
  processorTime,
  openQueue: async (request) => (await import("./sweep/open-queue.js")).openQueue(request),
};
