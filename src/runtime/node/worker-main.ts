import { parentPort, workerData } from "node:worker_threads";
import { isHypersolversError, type Tensor } from "../../tensor/index.js";
import type { NamedTensors } from "../program.js";
import { createSession } from "./session.js";
import { READY, type WorkerData, type WorkerReply, type WorkerRequest } from "./worker-messages.js";

/** Entry of the thread behind `createWorkerSession`: one session, requests answered in order. */
const { model, options } = workerData as WorkerData;
const session = createSession(model, options);

async function answer(id: number, compute: () => Promise<Record<string, Tensor>>): Promise<void> {
  const reply = await outcome(id, compute);
  // Handed over, not copied: nothing here keeps results.
  parentPort?.postMessage(reply, buffersOf(reply));
}

const buffersOf = ({ outputs = {} }: WorkerReply): ArrayBuffer[] => [
  ...new Set(Object.values(outputs).map(({ data }) => data.buffer as ArrayBuffer)),
];

async function outcome(id: number, compute: () => Promise<Record<string, Tensor>>): Promise<WorkerReply> {
  try {
    return { id, outputs: await compute() };
  } catch (error) {
    if (!isHypersolversError(error)) {
      return {
        id,
        error: { code: "RUNTIME_FAILURE", facts: { what: "worker thread", received: String(error) } },
      };
    }
    return { id, error: { code: error.code, facts: { ...error.facts, cause: String(error.cause) } } };
  }
}

void answer(READY, async () => {
  await session;
  return {};
});

let kept: NamedTensors = {};

parentPort?.on("message", ({ id, feeds, held = kept }: WorkerRequest) => {
  kept = held;
  void answer(id, async () => (await session).run(feeds, { held }));
});
