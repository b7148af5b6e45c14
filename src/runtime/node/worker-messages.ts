import type { ErrorCode, Tensor } from "../../tensor/index.js";
import type { ErrorFacts } from "../../tensor/internal.js";
import type { SessionOptions } from "../backend.js";
import type { NamedTensors } from "../program.js";

/** What the thread is started with. */
export interface WorkerData {
  readonly model: Uint8Array;
  readonly options: SessionOptions;
}

/** Id of the reply that says whether the model was loaded; requests count on from it. */
export const READY = 0;

export interface WorkerRequest {
  readonly id: number;
  readonly feeds: NamedTensors;
  /** Kept for the requests to come, in place of what was kept. */
  readonly held?: NamedTensors | undefined;
}

/** Either outputs or an error. */
export interface WorkerReply {
  readonly id: number;
  readonly outputs?: Record<string, Tensor>;
  readonly error?: { readonly code: ErrorCode; readonly facts: ErrorFacts };
}
