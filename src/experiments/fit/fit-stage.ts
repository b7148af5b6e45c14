import {
  type Correction,
  decodeCorrection,
  encodeCorrection,
  fingerprintOf,
} from "../../hypersolver/index.js";
import type { Artefact } from "../kit/artefact.js";
import { checkpointingIn } from "../kit/checkpoint-files.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import type { Stage } from "../kit/stage.js";
import { type FitMetrics, type FitRequest, runFit } from "./run-fit.js";

/** What the rest of an experiment needs of a fit. */
export interface KeptFit {
  readonly correction: Correction;
  readonly metrics: FitMetrics;
  /** `correction.onnx`. */
  readonly content: Uint8Array;
}

const fitCodec: Codec<KeptFit> = {
  encode: ({ content, metrics }) => ({ onnx: content, json: encodeJson(metrics) }),
  decode: ({ onnx = new Uint8Array(), json }) => ({
    correction: decodeCorrection(onnx, "correction.onnx"),
    metrics: decodeJson<FitMetrics>(json),
    content: onnx,
  }),
};

/** One of the fits of an experiment. */
export interface FitJob {
  /** Of the hypersolver. */
  readonly name: string;
  /** What its correction is called in the folder of the run. */
  readonly file: string;
  /** Whatever the fit depends on beside the field, as JSON tells it apart. */
  readonly settings: unknown;
  readonly request: Omit<FitRequest, "figures">;
}

/**
 * The fit of a correction with what it is worth, without figures; goes on from its checkpoint.
 * @param onLearned is told the correction before it is measured.
 */
export const fitStage = (
  { name, file, settings, request }: FitJob,
  onLearned: (path: string, content: Artefact["content"]) => Promise<void>,
): Stage<KeptFit> => ({
  name: `fit ${name}`,
  settings,
  inputs: [fingerprintOf(request.field)],
  codec: fitCodec,
  isWhole: ({ metrics }) => metrics.status === "complete",
  make: async (context, checkpoint) => {
    const whole: FitRequest = {
      ...request,
      ...(await checkpointingIn(checkpoint)),
      figures: false,
      onLearned: ({ content }) => onLearned(file, content),
    };
    const { correction, metrics, card } = await runFit(whole, context);
    return { correction, metrics, content: encodeCorrection(correction, card) };
  },
});
