import {
  type CoefficientCard,
  type CoefficientFit,
  type CoefficientSpec,
  encodeLearned,
  fitCoefficients,
  fitSolver,
  type SolverFit,
  type SolverSpec,
} from "../../hypersolver/index.js";
import {
  type EffectiveCoefficients,
  type EffectiveSolver,
  fingerprintOf,
  isCorrected,
  REGRESSION,
  resolveCoefficients,
  resolveSolver,
  startingMethod,
  usualStart,
} from "../../hypersolver/internal.js";
import { fieldMacs } from "../../ode/index.js";
import { libraryName } from "../../version.js";
import type { FittedTo } from "./correction-card.js";
import { endCurves, endLosses, withLearned } from "./end-fit.js";
import type { LearnedSolver, LearnedStory, Learner } from "./learned-solver.js";

/** A solver whose coefficients were learned. */
export type LearnedCoefficients = LearnedSolver<EffectiveCoefficients, CoefficientCard>;
/** A solver whose coefficients were learned together with corrections on top. */
export type LearnedBoth = LearnedSolver<EffectiveSolver, CoefficientCard>;

/** Learns coefficients of a solver's own: `fitCoefficients`. @param spec `coefficientTable` has the options. */
export const coefficientLearner = (spec: CoefficientSpec): Learner<LearnedCoefficients> => ({
  effective: (field) => resolveCoefficients(field, spec),
  learn: async (field, inputs, context) => {
    const fit = await fitCoefficients(field, spec, inputs, context);
    return { ...learnedSolver({ field, states: inputs.states.description }, fit), spec: fit.spec };
  },
});

/** Learns coefficients and corrections on top of them together: `fitSolver`. @param spec `solverTable` has the options. */
export const solverLearner = (spec: Omit<SolverSpec, "learn">): Learner<LearnedBoth> => ({
  effective: (field) => resolveSolver(field, { ...spec, learn: "both" }),
  learn: async (field, inputs, context) => {
    const both = { ...spec, learn: "both" } as const;
    const fit = await fitSolver(field, both, inputs, context);
    // What `fitSolver` went by.
    const effective = { ...resolveSolver(field, both), start: fit.spec.start };
    return { ...learnedSolver({ field, states: inputs.states.description }, fit), spec: effective };
  },
});

type OwnFit = CoefficientFit | SolverFit;

function learnedSolver(to: FittedTo, fit: OwnFit): LearnedSolver<EffectiveCoefficients, CoefficientCard> {
  const { method, spec, status, iterations, reference, seconds } = fit;
  const { evaluations, start } = spec;
  const base = startingMethod(start === REGRESSION ? usualStart(evaluations) : start, evaluations);
  const title = isCorrected(method) ? "NS + g" : "NS";
  return {
    kind: isCorrected(method) ? "both" : "coefficients",
    spec,
    method,
    title,
    base,
    parameters: fit.parameters,
    status,
    iterations,
    spared: fit.spared,
    losses: endLosses(fit),
    curves: endCurves(fit),
    reference,
    noiseFloor: undefined,
    lossFloor: undefined,
    seconds,
    file: isCorrected(method) ? "learned.onnx" : "coefficients.json",
    budget: [
      ...new Set([Math.ceil(evaluations / 2), evaluations, affordable(to, fit), 2 * evaluations]),
    ].sort((a, b) => a - b),
    competitors: (budget) => withLearned(to.field, budget, { method, title, base }),
    written: (_samples, _comparison, calibration) => {
      const card = { ...cardOf(to, fit), calibration };
      return { content: encodeLearned(method, card), card, story: storyOf(card, fit) };
    },
  };
}

/** Evaluations that cost what the solver does, networks included: what rivals may spend. */
function affordable({ field }: FittedTo, { method, spec: { evaluations } }: OwnFit): number {
  const each = fieldMacs(field);
  return each > 0 ? Math.max(evaluations, Math.floor(method.scheme(field).cost(1).macs / each)) : evaluations;
}

const cardOf = ({ field, states }: FittedTo, { spec, startError, bestError }: OwnFit): CoefficientCard => ({
  start: spec.start,
  startError,
  bestError,
  seed: spec.seed,
  library: libraryName,
  fingerprint: fingerprintOf(field),
  states,
});

const storyOf = (
  { start, states, fingerprint, library, seed }: CoefficientCard,
  { spec: { consistent, family }, method }: OwnFit,
): LearnedStory => ({
  facts: [
    ...(isCorrected(method)
      ? [
          [
            "Corrections",
            `${method.corrected.networks.length} networks, one every ${method.corrected.every} evaluations`,
          ] as const,
        ]
      : []),
    [
      "Coefficients",
      `${family === "free" ? freedomText(consistent) : familyTexts[family]}, begun with ${start === REGRESSION ? "a regression" : `those of ${start}`}`,
    ],
    ["Initial states", states],
    ["Field", `fingerprint ${fingerprint}`],
  ],
  footnotes: [
    "A solver with coefficients of its own for every evaluation: Shaul et al., Bespoke Non-Stationary Solvers for Fast Sampling of Diffusion and Flow Models, ICML 2024.",
    `Made by ${library}, seed ${seed}.`,
  ],
});

const freedomText = (consistent: boolean): string => (consistent ? "consistent ones" : "free");

const familyTexts = {
  "scale-time": "a scale-time transformation",
  bezier: "a scale-time transformation along Bézier curves",
};
