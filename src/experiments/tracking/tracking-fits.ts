import { decodeCorrection, type FitSpec, type HyperMethod, hyper } from "../../hypersolver/index.js";
import { fingerprintOf } from "../../hypersolver/internal.js";
import type { Field } from "../../ode/index.js";
import { Random } from "../../tensor/index.js";
import { correctionLearner } from "../fit/correction-learner.js";
import { checkpointingIn } from "../kit/checkpoint-files.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import type { Stage } from "../kit/stage.js";
import { SPAN, STATES } from "./tracking-field.js";
import type { FitName, TrackingSpec } from "./tracking-spec.js";

/** Evaluations of f at which solvers are compared: steps of HyperEuler. */
export const LEAST_NFE = 10;
export const MOST_NFE = 25;
/** Steps at which whole trajectories are fitted: the middle. */
export const MIDDLE_STEPS = 16;

/** The same as tables name it. */
export const fitTitles: Readonly<Record<FitName, string>> = {
  residuals: "HyperEuler, residuals",
  trajectories: "HyperEuler, trajectories",
  both: "HyperEuler, residuals then trajectories",
  small: "HyperEuler, residuals, g of 16, 16",
};

/** A correction of Euler. */
export interface TrackingFit {
  readonly fit: FitName;
  readonly status: "complete" | "interrupted";
  readonly seconds: { readonly reference: number; readonly fit: number };
  readonly content: Uint8Array;
}

/** What a correction is fitted by. Residuals are of all steps from 25 to 10 of the span, trajectories of one mesh. */
function specOf(fit: FitName, spec: TrackingSpec, seed: number): FitSpec {
  const { fitIterations, trajectoryIterations, trajectories } = spec;
  const shared = {
    ...{ base: "euler", steps: MIDDLE_STEPS, span: SPAN, seed, trajectories },
    ...{
      inputs: ["z", "stages", "epsilon", "s"] as const,
      hidden: fit === "small" ? [16, 16] : [64, 64, 64],
    },
  };
  // A field whose weights are curves in depth changes fast with s: few trajectories share their steps.
  const residuals = {
    together: 32,
    epsilon: [1 / MOST_NFE, 1 / LEAST_NFE] as const,
    iterations: fitIterations,
  };
  if (fit === "trajectories")
    return { ...shared, loss: "trajectory", iterations: trajectoryIterations, batch: 256 };
  return { ...shared, ...residuals, ...(fit === "both" ? { trajectoryIterations } : {}) };
}

const codec: Codec<TrackingFit> = {
  encode: ({ content, ...facts }) => ({ onnx: content, json: encodeJson(facts) }),
  decode: ({ onnx = new Uint8Array(), json }) => ({
    ...decodeJson<Omit<TrackingFit, "content">>(json),
    content: onnx,
  }),
};

/** One fit; goes on from its checkpoint. */
export const trackingFitStage = (
  fit: FitName,
  field: Field,
  spec: TrackingSpec,
  seed: number,
): Stage<TrackingFit> => {
  const learner = correctionLearner(specOf(fit, spec, seed));
  return {
    name: `fit ${fit}`,
    settings: { fit, spec: learner.effective(field) },
    inputs: [fingerprintOf(field)],
    codec,
    isWhole: ({ status }) => status === "complete",
    make: async (context, checkpoint) => {
      const inputs = { states: STATES, ...(await checkpointingIn(checkpoint)) };
      const learned = await learner.learn(field, inputs, context);
      const few = await STATES.heldOut(100, new Random(seed));
      const { content } = learned.written(few, [], undefined);
      return { fit, status: learned.status, seconds: learned.seconds, content };
    },
  };
};

export const fitFile = (fit: FitName): string => `correction-${fit}.onnx`;

/** The hypersolver in the file of a fit. */
export const methodOfFit = ({ fit, content }: TrackingFit, steps: number): HyperMethod =>
  hyper(decodeCorrection(content, fitFile(fit)), { steps }, { file: fitFile(fit) });
