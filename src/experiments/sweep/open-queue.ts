import { host } from "#host";
import type { JobQueue } from "./queue.js";
import type { QueueRequest } from "./queue-request.js";

/**
 * Opens a queue of jobs: PostgreSQL by its connection string, or a folder, which belongs to this process until the queue is
 * closed.
 * @throws MISSING_PACKAGE where pg-boss or its database is not installed; QUEUE_NOT_AVAILABLE.
 */
export const openQueue = (request: QueueRequest): Promise<JobQueue> => host.openQueue(request);
