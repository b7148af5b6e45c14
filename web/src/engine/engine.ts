import type { EventOf, Failure, FromWorker, JobName, RequestOf, ResultOf, ToWorker } from "./protocol.js";

/** Why a job ended without a result. */
export class JobError extends Error {
  override readonly name = "JobError";
  readonly code: string | undefined;

  constructor({ code, message }: Failure) {
    super(message);
    this.code = code;
  }
}

interface Waiting {
  readonly tell: (event: never) => void;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** How a job is followed. */
interface Following<Name extends JobName> {
  readonly onEvent?: (event: EventOf<Name>) => void;
  /** Ends the job early: what it has until then is its result. */
  readonly signal?: AbortSignal;
}

/** The worker behind the page: everything that computes runs there. */
class Engine {
  readonly #worker = new Worker(new URL("../worker/main.ts", import.meta.url), { type: "module" });
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    this.#worker.onerror = ({ message }) => {
      for (const { reject } of this.#waiting.values()) reject(new JobError({ message }));
      this.#waiting.clear();
    };
  }

  /** Does a job in the worker. @throws JobError */
  run<Name extends JobName>(
    job: Name,
    request: RequestOf<Name>,
    { onEvent, signal }: Following<Name> = {},
  ): Promise<ResultOf<Name>> {
    this.#last += 1;
    const id = this.#last;
    signal?.addEventListener("abort", () => this.#say({ id, stop: true }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { tell: (event) => onEvent?.(event), resolve, reject });
      this.#say({ id, job, request });
    });
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if ("event" in message) {
      waiting.tell(message.event as never);
      return;
    }
    this.#waiting.delete(message.id);
    if ("failure" in message) waiting.reject(new JobError(message.failure));
    else waiting.resolve(message.result as never);
  }
}

/** The one worker of the page. */
export const engine = new Engine();
