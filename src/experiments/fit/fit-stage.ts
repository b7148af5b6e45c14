import { type Correction, decodeCorrection } from "../../hypersolver/index.js";
import { fingerprintOf } from "../../hypersolver/internal.js";
import type { Artifact } from "../kit/artifact.js";
import { checkpointingIn } from "../kit/checkpoint-files.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import type { Stage } from "../kit/stage.js";
import type { LearnedCorrection } from "./correction-learner.js";
import type { FitRequest } from "./fit-request.js";
import { type FitRun, runFit } from "./run-fit.js";

/** What the rest of an experiment needs of the fit of a correction; figures where the job asks for them. */
export interface KeptFit extends Omit<FitRun<LearnedCorrection>, "artifacts" | "learned"> {
  readonly correction: Correction;
}

const fitCodec: Codec<KeptFit> = {
  encode: ({ content, solver, metrics, card, figures }) => {
    const files = { onnx: content, json: encodeJson({ metrics, card, figures }) };
    return solver === undefined ? files : { ...files, "solver.onnx": solver };
  },
  decode: ({ onnx = new Uint8Array(), "solver.onnx": solver, json }) => ({
    ...decodeJson<Pick<KeptFit, "metrics" | "card" | "figures">>(json),
    correction: decodeCorrection(onnx, "correction.onnx"),
    content: onnx,
    solver,
  }),
};

/** One of the fits of an experiment. */
export interface FitJob {
  /** Of the hypersolver. */
  readonly name: string;
  /** What its correction is called in the folder of the run. */
  readonly file: string;
  /** Whatever the fit depends on besides the field, as JSON. */
  readonly settings: unknown;
  /** Without figures, where it does not ask for them. */
  readonly request: FitRequest<LearnedCorrection>;
}

/**
 * The fit of a correction with what it is worth; goes on from its checkpoint.
 * @param onLearned is called with the correction before it is measured.
 */
export const fitStage = (
  { name, file, settings, request }: FitJob,
  onLearned: (path: string, content: Artifact["content"]) => Promise<void>,
): Stage<KeptFit> => ({
  name: `fit ${name}`,
  settings,
  inputs: [fingerprintOf(request.field)],
  codec: fitCodec,
  isWhole: ({ metrics }) => metrics.status === "complete",
  make: async (context, checkpoint) => {
    const whole: FitRequest<LearnedCorrection> = {
      figures: false,
      ...request,
      ...(await checkpointingIn(checkpoint)),
      onLearned: ({ content }) => onLearned(file, content),
    };
    const { artifacts: _, learned, ...fit } = await runFit(whole, context);
    return { ...fit, correction: learned.correction };
  },
});
