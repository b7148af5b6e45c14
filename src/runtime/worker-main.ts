import { parentPort, workerData } from "node:worker_threads";
import { isHypersolversError } from "../tensor/index.js";
import { createSession } from "./session.js";
import type { WorkerData, WorkerReply, WorkerRequest } from "./worker-messages.js";

/** Entry of the thread behind `createWorkerSession`: one session, requests answered in order. */
const { model, options } = workerData as WorkerData;
const session = createSession(model, options);

async function answer({ id, feeds }: WorkerRequest): Promise<WorkerReply> {
  try {
    return { id, outputs: await (await session).run(feeds) };
  } catch (error) {
    if (isHypersolversError(error))
      return { id, error: { code: error.code, facts: { ...error.facts, cause: String(error.cause) } } };
    return {
      id,
      error: { code: "RUNTIME_FAILURE", facts: { what: "worker thread", received: String(error) } },
    };
  }
}

parentPort?.on("message", (request: WorkerRequest) => {
  void answer(request).then((reply) => parentPort?.postMessage(reply));
});
