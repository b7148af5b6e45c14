import type { FlowSamplerOptions } from "../../models/index.js";

/** What a process that draws samples is told: files, since it shares nothing with who asks. */
export interface PeakRequest {
  /** `flow.onnx`. */
  readonly flow: Uint8Array;
  /** `correction.onnx`. */
  readonly correction?: Uint8Array;
  readonly options: Omit<FlowSamplerOptions, "correction">;
  /** Points drawn at once. */
  readonly count: number;
}

export interface PeakReply {
  /** Peak of the process's resident memory; undefined where the system does not tell. */
  readonly bytes: number | undefined;
}
