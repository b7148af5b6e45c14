import { Worker } from "node:worker_threads";
import { fail, HypersolversError, type Tensor } from "../../tensor/index.js";
import type { Session, SessionOptions } from "../backend.js";
import type { NamedTensors } from "../program.js";
import { disableTelemetry } from "./telemetry.js";
import { READY, type WorkerReply, type WorkerRequest } from "./worker-messages.js";

type Pending = {
  readonly resolve: (outputs: Record<string, Tensor>) => void;
  readonly reject: (error: Error) => void;
};

/**
 * A session that lives in a thread of its own, so that running it never blocks the event loop.
 * @throws RUNTIME_FAILURE when the model cannot be loaded there.
 */
export async function createWorkerSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  disableTelemetry();
  const entry = new URL("./worker-main.js", import.meta.url);
  // The options of the process are for its own entry: `--input-type=module` refuses a thread that starts from a file.
  const worker = new Worker(entry, { workerData: { model, options }, execArgv: [] });
  const pending = new Map<number, Pending>();
  let death: Error | undefined;
  let nextId = READY;
  let sent: NamedTensors | undefined;
  /** Waits for the reply to the next id. The thread keeps the process alive only while somebody waits. */
  const reply = (): { readonly id: number; readonly promise: Promise<Record<string, Tensor>> } => {
    const id = nextId++;
    const promise = new Promise<Record<string, Tensor>>((resolve, reject) => {
      if (death !== undefined) reject(death);
      else pending.set(id, { resolve, reject });
    });
    worker.ref();
    return { id, promise };
  };
  worker.on("message", ({ id, outputs, error }: WorkerReply) => {
    const caller = pending.get(id);
    pending.delete(id);
    if (pending.size === 0) worker.unref();
    if (error === undefined) caller?.resolve(outputs ?? {});
    else caller?.reject(new HypersolversError(error.code, error.facts));
  });
  const die = (cause: unknown): void => {
    death ??= fail("RUNTIME_FAILURE", { what: "worker thread", received: String(cause), cause });
    for (const { reject } of pending.values()) reject(death);
    pending.clear();
  };
  worker.on("error", die);
  worker.on("exit", (code) => die(`exit with code ${code}`));
  await reply().promise;
  return {
    run: (feeds, { held = NOTHING, given = [] } = {}) => {
      const { id, promise } = reply();
      const request: WorkerRequest = { id, feeds, held: held === sent ? undefined : held };
      sent = held;
      worker.postMessage(request, [...given]);
      return promise;
    },
    release: async () => void (await worker.terminate()),
  };
}

const NOTHING: NamedTensors = {};
