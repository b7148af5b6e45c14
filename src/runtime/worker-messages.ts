import type { ErrorCode, ErrorFacts, Tensor } from "../tensor/index.js";
import type { CompileOptions, NamedTensors } from "./program.js";

/** What the thread is started with. */
export interface WorkerData {
  readonly model: Uint8Array;
  readonly options: CompileOptions;
}

export interface WorkerRequest {
  readonly id: number;
  readonly feeds: NamedTensors;
}

/** Either outputs or an error. */
export interface WorkerReply {
  readonly id: number;
  readonly outputs?: Record<string, Tensor>;
  readonly error?: { readonly code: ErrorCode; readonly facts: ErrorFacts };
}
