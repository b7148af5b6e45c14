import type { AnyMethodSpec } from "../../hypersolver/internal.js";
import type { CompileOptions } from "../../runtime/index.js";

/** What a process that draws samples is told: files, since it shares nothing with who asks. */
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
