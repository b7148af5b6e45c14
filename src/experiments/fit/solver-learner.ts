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
  hasImageStates,
  isCorrected,
  resolveCoefficients,
  resolveSolver,
  startingMethod,
} from "../../hypersolver/internal.js";
import type { Field } from "../../ode/index.js";
import type { LossCurve } from "../../plot/index.js";
import { libraryName } from "../../version.js";
import type { Competitor } from "../kit/competitor.js";
import { standardCompetitors } from "../kit/competitors.js";
import type { FittedTo } from "./correction-card.js";
import type { LearnedSolver, LearnedStory, Learner, TrainingPoint } from "./learned-solver.js";

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
    const effective = resolveSolver(field, both);
    return { ...learnedSolver({ field, states: inputs.states.description }, fit), spec: effective };
  },
});

type OwnFit = CoefficientFit | SolverFit;

function learnedSolver(to: FittedTo, fit: OwnFit): LearnedSolver<EffectiveCoefficients, CoefficientCard> {
  const { method, spec, status, iterations, reference, seconds } = fit;
  const { evaluations, start } = spec;
  const base = startingMethod(start, evaluations);
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
    losses: lossesOf(fit),
    curves: curvesOf(fit, hasImageStates(to.field)),
    reference,
    noiseFloor: undefined,
    lossFloor: undefined,
    seconds,
    file: isCorrected(method) ? "learned.onnx" : "coefficients.json",
    budget: [...new Set([Math.ceil(evaluations / 2), evaluations, 2 * evaluations])],
    competitors: (budget) => competitorsOf(to.field, budget, { method, title, base }),
    written: (_samples, _comparison, calibration) => {
      const card = { ...cardOf(to, fit), calibration };
      return { content: encodeLearned(method, card), card, story: storyOf(card, fit) };
    },
  };
}

/** Of dopri5: from so loose that it takes its fewest evaluations. */
const TOLERANCES = [1e-1, 1e-2, 1e-3, 1e-5];

/** The classical methods, among them what the coefficients began with, and the coefficients. */
function competitorsOf(
  field: Field,
  budget: readonly number[],
  { method, title, base }: Pick<LearnedSolver, "method" | "title" | "base">,
): Competitor[] {
  const usual = standardCompetitors(field, { budget, tolerances: TOLERANCES });
  const isThere = usual.some((each) => each.method.text === base.text);
  const all = isThere ? usual : [{ method: base, role: "base" as const }, ...usual];
  const roles = all.map(
    (each): Competitor => (each.method.name === base.name ? { ...each, role: "base" } : each),
  );
  return [...roles, { method, title, role: "hypersolver" }];
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

const lossesOf = ({ curve }: OwnFit): TrainingPoint[] =>
  curve.map(({ iteration, loss, phase, learningRate, metrics: { error } }) => {
    const point = { iteration, loss, kind: phase, learningRate };
    return error === undefined ? point : { ...point, error };
  });

/** Errors at the end of the span: of mini-batches, and of validation states where they are in the same unit. */
function curvesOf({ curve, spec }: OwnFit, isImage: boolean): LossCurve[] {
  const isRelative = spec.loss === "log";
  const iterations = (points: OwnFit["curve"]): number[] => points.map(({ iteration }) => iteration);
  const training: LossCurve = {
    label: isRelative ? "relative error of mini-batches" : "error of mini-batches",
    role: "hypersolver",
    losses: curve.map(({ loss }) => (isRelative ? Math.exp(loss) : loss)),
    iterations: iterations(curve),
  };
  const validated = curve.filter(({ validated: own }) => own);
  if (isRelative !== isImage || validated.length === 0) return [training];
  const losses = validated.map(({ metrics: { error = Number.NaN } }) => error);
  return [
    training,
    { label: "of validation states", role: "base", losses, iterations: iterations(validated) },
  ];
}

const storyOf = (
  { start, states, fingerprint, library, seed }: CoefficientCard,
  { spec: { consistent }, method }: OwnFit,
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
    ["Coefficients", `${consistent ? "consistent ones" : "free"}, begun with those of ${start}`],
    ["Initial states", states],
    ["Field", `fingerprint ${fingerprint}`],
  ],
  footnotes: [
    "A solver with coefficients of its own for every evaluation: Shaul et al., Bespoke Non-Stationary Solvers for Fast Sampling of Diffusion and Flow Models, ICML 2024.",
    `Made by ${library}, seed ${seed}.`,
  ],
});
