import { Worker } from "node:worker_threads";
import { fail, HypersolversError, type Tensor } from "../tensor/index.js";
import type { CompileOptions, NamedTensors } from "./program.js";
import type { Session } from "./session.js";
import type { WorkerReply, WorkerRequest } from "./worker-messages.js";

type Pending = {
  readonly resolve: (outputs: Record<string, Tensor>) => void;
  readonly reject: (error: Error) => void;
};

/** A session that lives in a thread of its own, so that running it never blocks the event loop. */
export async function createWorkerSession(model: Uint8Array, options: CompileOptions): Promise<Session> {
  const worker = new Worker(new URL("./worker-main.js", import.meta.url), { workerData: { model, options } });
  worker.unref();
  const pending = new Map<number, Pending>();
  let nextId = 0;
  const call = (feeds: NamedTensors): Promise<Record<string, Tensor>> =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      pending.set(id, { resolve, reject });
      worker.ref();
      const request: WorkerRequest = { id, feeds };
      worker.postMessage(request);
    });
  worker.on("message", ({ id, outputs, error }: WorkerReply) => {
    const caller = pending.get(id);
    pending.delete(id);
    if (pending.size === 0) worker.unref();
    if (outputs !== undefined) caller?.resolve(outputs);
    else
      caller?.reject(
        error === undefined ? new Error("no reply") : new HypersolversError(error.code, error.facts),
      );
  });
  const failAll = (cause: unknown): void => {
    for (const { reject } of pending.values())
      reject(fail("RUNTIME_FAILURE", { what: "worker thread", received: String(cause), cause }));
    pending.clear();
  };
  worker.on("error", failAll);
  worker.on("exit", (code) => failAll(`exit with code ${code}`));
  return { run: call, release: async () => void (await worker.terminate()) };
}
