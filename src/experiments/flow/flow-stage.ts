import type { Artifact } from "../kit/artifact.js";
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
 * @param onLearned is told the flow before it is measured.
 */
export const flowStage = (
  request: Omit<FlowRequest, "checkpoints" | "resume" | "onLearned" | "figures">,
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
  make: async (context, { read, write }) => {
    const { metrics, artifacts } = await runFlow(
      {
        ...request,
        figures: false,
        checkpoints: { read, write: (_, content) => write(content), remove: async () => {} },
        resume: true,
        onLearned: ({ path, content }) => onLearned(path, content),
      },
      context,
    );
    const content = artifacts.find(({ path }) => path === "flow.onnx")?.content;
    return { metrics, content: content as Uint8Array };
  },
});
