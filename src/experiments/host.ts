import type { PeakRequest } from "./cnf/peak-messages.js";
import type { JobQueue } from "./sweep/queue.js";
import type { QueueRequest } from "./sweep/queue-request.js";

/** What experiments need of the system, besides the runtime. The conditions of `#host` in package.json choose one. */
export interface ExperimentHost {
  /** A file of the package. Written as `new URL("…", import.meta.url)` at the call, bundlers carry the file along. */
  readShipped(file: URL): Promise<Uint8Array>;
  /** Peak memory, in bytes, of a process that does nothing but draw samples; undefined where it cannot be measured. */
  peakMemory(request: PeakRequest): Promise<number | undefined>;
  /**
   * Milliseconds that processors have worked for this process, all threads together: a clock for work that other processes
   * interrupt. Where nobody tells, that of the wall.
   */
  processorTime(): number;
  /** @throws MISSING_PACKAGE, QUEUE_NOT_AVAILABLE. */
  openQueue(request: QueueRequest): Promise<JobQueue>;
}
