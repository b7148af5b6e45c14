import {
  type Correction,
  encodeCorrection,
  type Fit,
  type FitSpec,
  fitCorrection,
  hyper,
  type ValidityCard,
} from "../../hypersolver/index.js";
import { type EffectiveFit, resolveFit } from "../../hypersolver/internal.js";
import { fixed } from "../../ode/index.js";
import type { LossCurve } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import { standardCompetitors } from "../kit/competitors.js";
import { correctionCard, type FittedTo } from "./correction-card.js";
import type { LearnedSolver, LearnedStory, Learner } from "./learned-solver.js";

/** A base with a learned correction. */
export interface LearnedCorrection extends LearnedSolver<EffectiveFit, ValidityCard> {
  readonly correction: Correction;
}

/** Learns a correction of a method: `fitCorrection`. @param spec `fitTable` has the options. */
export const correctionLearner = (spec: FitSpec): Learner<LearnedCorrection> => ({
  effective: (field) => resolveFit(field, spec),
  learn: async (field, inputs, context) => {
    const fit = await fitCorrection(field, spec, inputs, context);
    return learnedCorrection({ field, states: inputs.states.description }, fit);
  },
});

function learnedCorrection(to: FittedTo, fit: Fit): LearnedCorrection {
  const { correction, spec, data, status, iterations, losses, seconds } = fit;
  const { steps } = spec;
  const method = hyper(correction, { steps });
  const { nfe } = method.scheme(to.field).cost(steps);
  return {
    kind: "correction",
    spec,
    correction,
    method,
    title: method.title,
    base: fixed(correction.base, { steps }),
    parameters: Object.values(correction.parameters).reduce((total, { data: own }) => total + own.length, 0),
    status,
    iterations,
    losses,
    curves: curvesOf(fit),
    reference: data.reference,
    // The floor is in units of the residual.
    noiseFloor: data.noiseFloor,
    lossFloor: spec.loss === "residual" ? data.noiseFloor : undefined,
    seconds,
    file: "correction.onnx",
    budget: [...new Set([1, 2, 4, 8, 16, 32, nfe])].sort((a, b) => a - b),
    competitors: (budget) => standardCompetitors(to.field, { budget, correction }),
    written: (samples, comparison, calibration) => {
      const card = { ...correctionCard(to, fit, samples, comparison), calibration };
      return { content: encodeCorrection(correction, card), card, story: correctionStory(card) };
    },
  };
}

/** Phases have losses in different units: a curve each. */
function curvesOf({ losses }: Fit): LossCurve[] {
  const kinds = [...new Set(losses.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = losses.filter((point) => point.kind === kind);
    return {
      label: kinds.length === 1 ? "training loss" : `${kind} loss`,
      role: kind === "trajectory" && kinds.length > 1 ? "other" : "hypersolver",
      losses: own.map(({ loss }) => loss),
      iterations: own.map(({ iteration }) => iteration),
    };
  });
}

/** What a report says of a correction, by its card. */
export const correctionStory = ({
  inputs,
  epsilon,
  states,
  fingerprint,
  library,
  seed,
}: ValidityCard): LearnedStory => ({
  facts: [
    ["Correction sees", inputs.join(", ")],
    ["Step sizes learned", epsilon.map(formatNumber).join(" to ")],
    ["Initial states", states.source],
    ["Field", `fingerprint ${fingerprint}`],
  ],
  footnotes: [
    "A hypersolver adds a learned estimate of the truncation error to each step: Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020.",
    `Made by ${library}, seed ${seed}.`,
  ],
});
