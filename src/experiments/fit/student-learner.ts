import {
  encodeStudent,
  type FitCard,
  fitStudent,
  type StudentFit,
  type StudentFitSpec,
} from "../../hypersolver/index.js";
import { type EffectiveStudent, fingerprintOf, resolveStudent } from "../../hypersolver/internal.js";
import { euler, fieldMacs, fixed } from "../../ode/index.js";
import { formatNumber } from "../../plot/internal.js";
import { libraryName } from "../../version.js";
import type { FittedTo } from "./correction-card.js";
import { endCurves, endLosses, withLearned } from "./end-fit.js";
import type { LearnedSolver, LearnedStory, Learner } from "./learned-solver.js";

/** A student: not a solver, but what solvers have to beat. */
export type LearnedStudent = LearnedSolver<EffectiveStudent, FitCard>;

/** Learns a network that leads to the end of the span without f: `fitStudent`. @param spec `studentTable` has the options. */
export const studentLearner = (spec: StudentFitSpec): Learner<LearnedStudent> => ({
  effective: (field) => resolveStudent(field, spec),
  learn: async (field, inputs, context) => {
    const fit = await fitStudent(field, spec, inputs, context);
    return learnedStudent({ field, states: inputs.states.description }, fit);
  },
});

function learnedStudent(to: FittedTo, fit: StudentFit): LearnedStudent {
  const { method, spec, status, iterations, reference, seconds, parameters } = fit;
  const each = fieldMacs(to.field);
  const evaluations = each > 0 ? Math.max(1, Math.floor(spec.macs / each)) : 1;
  const base = fixed(euler, { steps: evaluations });
  return {
    kind: "student",
    spec,
    method,
    title: method.title,
    base,
    parameters,
    status,
    iterations,
    reference,
    seconds,
    spared: fit.spared,
    losses: endLosses(fit),
    curves: endCurves(fit),
    noiseFloor: undefined,
    lossFloor: undefined,
    file: "student.onnx",
    budget: [...new Set([Math.ceil(evaluations / 2), evaluations, 2 * evaluations])],
    competitors: (budget) => withLearned(to.field, budget, { method, title: method.title, base }),
    written: (_samples, _comparison, calibration) => {
      const card = { ...cardOf(to, fit), calibration };
      return { content: encodeStudent(method, card), card, story: storyOf(card, fit) };
    },
  };
}

const cardOf = ({ field, states }: FittedTo, { spec, startError, bestError }: StudentFit): FitCard => ({
  ...{ startError, bestError, states },
  seed: spec.seed,
  library: libraryName,
  fingerprint: fingerprintOf(field),
});

const storyOf = (
  { states, fingerprint, library, seed }: FitCard,
  { spec: { layers, macs } }: StudentFit,
): LearnedStory => ({
  facts: [
    ["Student", `z1 = z0 + S(z0), ${layers} hidden layers, at most ${formatNumber(macs)} MACs`],
    ["Initial states", states],
    ["Field", `fingerprint ${fingerprint}`],
  ],
  footnotes: [
    "A student never evaluates the field: it is not a solver, and knows only its own span and states like those it learned from. It shows whether the field helps solvers that do evaluate it.",
    `Made by ${library}, seed ${seed}.`,
  ],
});
