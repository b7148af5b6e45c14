import {
  type Correction,
  decodeCorrection,
  encodeCorrection,
  fingerprintOf,
} from "../../hypersolver/index.js";
import { machineOf } from "../../runtime/index.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import type { Stage } from "../kit/stage.js";
import { fitProgressEvent } from "./fit-progress-event.js";
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

/** The fit of a correction with what it is worth, without figures. */
export const fitStage = ({ name, settings, request }: FitJob): Stage<KeptFit> => ({
  name: `fit ${name}`,
  settings,
  inputs: [fingerprintOf(request.field)],
  codec: fitCodec,
  isWhole: ({ metrics }) => metrics.status === "complete",
  make: async (context) => {
    const { signal, onProgress } = context;
    const fit: FitRequest["fit"] = {
      ...request.fit,
      compile: machineOf(context),
      ...(signal && { signal }),
      ...(onProgress && { onProgress: (progress) => onProgress(fitProgressEvent(progress)) }),
    };
    const { correction, metrics, card } = await runFit({ ...request, fit, figures: false });
    return { correction, metrics, content: encodeCorrection(correction, card) };
  },
});
