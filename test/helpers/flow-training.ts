import type { FlowTrainingInputs } from "../../src/models/flow/train-flow.js";
import type { FlowTrainingSpec } from "../../src/models/index.js";
import { type FlowData, type TrainedFlow, trainFlow } from "../../src/models/index.js";
import type { RunContext } from "../../src/runtime/index.js";

/** A training in one record, as tests vary them: data, spec, inputs and context. */
export type FlowCase = FlowTrainingSpec &
  FlowTrainingInputs &
  Pick<RunContext, "signal" | "onProgress" | "threads"> & { readonly data: FlowData };

/** `trainFlow` of a case. */
export function flowOf(of: FlowCase): Promise<TrainedFlow> {
  const { data, field, base, solver, checkpoint, onCheckpoint, signal, onProgress, threads, ...spec } = of;
  const context = {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(threads !== undefined && { threads }),
  };
  return trainFlow(data, spec, { field, base, solver, checkpoint, onCheckpoint }, context);
}
