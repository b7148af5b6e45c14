/// <reference lib="webworker" />
/** The worker's side of the line: takes jobs, tells of them, hands out results. */
import { isHypersolversError } from "../../../src/tensor/index.js";
import type { Failure, FromWorker, ToWorker } from "../engine/protocol.js";
import { jobs } from "./jobs.js";

declare const self: DedicatedWorkerGlobalScope;

const running = new Map<number, AbortController>();

const say = (message: FromWorker): void => self.postMessage(message);

const failureOf = (error: unknown): Failure =>
  isHypersolversError(error)
    ? { code: error.code, message: error.message }
    : { message: error instanceof Error ? `${error.message}` : String(error) };

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  const { id } = data;
  if ("stop" in data) return running.get(id)?.abort();
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const job = jobs[data.job] as (request: unknown, context: object) => Promise<unknown>;
    const context = { tell: (event: unknown) => say({ id, event }), signal: controller.signal };
    say({ id, result: await job(data.request, context) });
  } catch (error) {
    say({ id, failure: failureOf(error) });
  } finally {
    running.delete(id);
  }
};
