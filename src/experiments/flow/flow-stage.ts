import { formatNumber } from "../../plot/internal.js";
import { machineOf, type ProgressEvent } from "../../runtime/index.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import type { Stage } from "../kit/stage.js";
import { formatNats } from "./flow-report.js";
import { type FlowMetrics, type FlowRequest, type FlowRunProgress, runFlow } from "./run-flow.js";

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

type StagedRequest = Omit<FlowRequest, "checkpoints" | "resume" | "onProgress" | "figures">;

/** The training of a flow with its likelihood, without figures; goes on from its checkpoint bit by bit. */
export const flowStage = (request: StagedRequest): Stage<KeptFlow> => ({
  name: "train",
  settings: { training: request.training, heldOut: request.heldOut, data: request.data.description },
  codec: flowCodec,
  isWhole: ({ metrics }) => metrics.status === "complete",
  make: async (context, checkpoint) => {
    const { signal, onProgress } = context;
    const eventOf = flowProgressEvents();
    const { metrics, artefacts } = await runFlow({
      ...request,
      figures: false,
      training: { ...request.training, compile: machineOf(context), ...(signal && { signal }) },
      checkpoints: {
        read: checkpoint.read,
        write: (_, content) => checkpoint.write(content),
        clear: async () => {},
      },
      resume: true,
      ...(onProgress && { onProgress: (progress) => onProgress(eventOf(progress)) }),
    });
    const content = artefacts.find(({ path }) => path === "flow.onnx")?.content;
    return { metrics, content: content as Uint8Array };
  },
});

/** How far a training is, as events of its run: loss, evaluations of f, and the last validation. */
function flowProgressEvents(): (progress: FlowRunProgress) => ProgressEvent {
  let nll: number | undefined;
  return (progress) => {
    if (progress.phase !== "train") {
      const { phase, done, total } = progress;
      return { stage: phase === "measure" ? "measuring on held-out data" : "drawing", done, total };
    }
    const { objective, loss, nfe, iteration, total } = progress;
    nll = progress.nll ?? nll;
    const facts = [
      `loss ${formatNumber(loss)}`,
      ...(nfe === undefined ? [] : [`NFE ${formatNumber(nfe)}`]),
      ...(nll === undefined ? [] : [`NLL ${formatNats(nll)}`]),
    ];
    const metrics = { loss, ...(nfe !== undefined && { nfe }), ...(nll !== undefined && { nll }) };
    const stage = `training (${objective.replace("-", " ")})`;
    return { stage, done: iteration, total, detail: facts.join(", "), metrics };
  };
}
