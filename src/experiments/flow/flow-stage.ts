import type { Artifact } from "../kit/artifact.js";
import { checkpointingIn } from "../kit/checkpoint-files.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import type { Stage } from "../kit/stage.js";
import type { FlowMetrics } from "./flow-metrics.js";
import { type FlowRequest, runFlow } from "./run-flow.js";

/** What the rest of an experiment needs of a trained flow. */
export interface KeptFlow {
  readonly metrics: FlowMetrics;
  /** `flow.onnx`. */
  readonly content: Uint8Array;
}

const flowCodec: Codec<KeptFlow> = {
  encode: ({ content, metrics }) => ({ onnx: content, json: encodeJson(metrics) }),
  decode: ({ onnx = new Uint8Array(), json }) => ({ content: onnx, metrics: decodeJson<FlowMetrics>(json) }),
};

/**
 * The training of a flow with its likelihood, without figures; goes on from its checkpoint bit by bit.
 * @param onLearned called with the flow before it is measured.
 */
export const flowStage = (
  request: Omit<FlowRequest, "onLearned" | "figures">,
  onLearned: (path: string, content: Artifact["content"]) => Promise<void>,
): Stage<KeptFlow> => ({
  name: "train",
  settings: {
    spec: request.spec,
    base: request.base?.name,
    heldOut: request.heldOut,
    data: request.data.description,
  },
  codec: flowCodec,
  isWhole: ({ metrics }) => metrics.status === "complete",
  make: async (context, checkpoint) => {
    const whole: FlowRequest = {
      ...request,
      ...(await checkpointingIn(checkpoint)),
      figures: false,
      onLearned: ({ path, content }) => onLearned(path, content),
    };
    const { metrics, content } = await runFlow(whole, context);
    return { metrics, content };
  },
});
