import type { AnyMethodSpec } from "../../hypersolver/internal.js";
import type { CompileOptions } from "../../runtime/index.js";

/** The request to a process that draws samples: files, since processes share no objects. */
export interface PeakRequest {
  /** `flow.onnx`. */
  readonly flow: Uint8Array;
  /** `correction.onnx`, where the method has one. */
  readonly correction?: Uint8Array | undefined;
  readonly method: AnyMethodSpec;
  readonly compile: CompileOptions;
  /** Points drawn at once. */
  readonly count: number;
}

export interface PeakReply {
  /** Peak of the process's resident memory; undefined where the system does not tell. */
  readonly bytes: number | undefined;
}
