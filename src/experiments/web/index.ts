/** What experiments ask of the system in a browser; `experiments/node` is the same for Node. */
import { fail } from "../../tensor/index.js";
import type { ExperimentHost } from "../host.js";

export const host: ExperimentHost = {
  readShipped: async (file) => {
    const response = await fetch(file);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  },
  // A page cannot start a process and watch it.
  peakMemory: async () => undefined,
  processorTime: () => performance.now(),
  openQueue: async () => {
    throw fail("QUEUE_NOT_AVAILABLE", { what: "queue", expected: "Node", received: "a browser" });
  },
};
