import { decodeCorrection, decodeLearned, hyper } from "../../hypersolver/index.js";
import { fingerprintOf } from "../../hypersolver/internal.js";
import type { FixedMethod } from "../../ode/index.js";
import { Random } from "../../tensor/index.js";
import { correctionLearner } from "../fit/correction-learner.js";
import type { LearnedSolver, Learner } from "../fit/learned-solver.js";
import { coefficientLearner, solverLearner } from "../fit/solver-learner.js";
import { studentLearner } from "../fit/student-learner.js";
import { checkpointingIn } from "../kit/checkpoint-files.js";
import { type Codec, decodeJson, encodeJson } from "../kit/codec.js";
import type { Stage } from "../kit/stage.js";
import type { LearnedCase } from "./learned-case.js";
import { type Family, families, familyNames, type LearnedExperimentSpec } from "./learned-spec.js";

/** Something to be learned for so many evaluations of f. */
export interface Entrant {
  readonly family: Family;
  readonly evaluations: number;
  /** @param macs multiply–accumulates that a student is to have. */
  learner(macs: number): Learner;
}

/** What is kept of a fit. */
export interface FittedEntrant {
  readonly family: Family;
  readonly evaluations: number;
  readonly path: string;
  readonly parameters: number;
  readonly status: LearnedSolver["status"];
  readonly seconds: LearnedSolver["seconds"];
  readonly content: Uint8Array;
}

/** Students are given more iterations than what they are compared with: nobody shall say that they were kept down. */
const studentIterations = (evaluations: number): number => Math.min(3000, Math.ceil(12_000 / evaluations));

/** What is to be learned for a number of evaluations, of the families that the spec names. */
export function entrantsFor(
  { span, base, referenceTolerance }: LearnedCase,
  evaluations: number,
  spec: LearnedExperimentSpec,
  seed: number,
): Entrant[] {
  const { start, coefficientIterations, correctionIterations, trajectoryIterations, jointIterations } = spec;
  const shared = { span, seed, referenceTolerance, trajectories: spec.trajectories };
  const steps = evaluations / base.stages;
  const coefficients = (consistent: boolean) => () =>
    coefficientLearner({ ...shared, start, evaluations, consistent, iterations: coefficientIterations });
  const learners: Readonly<Record<Family, Entrant["learner"] | undefined>> = {
    coefficients: coefficients(false),
    // A consistent method of one evaluation is Euler's.
    consistent: evaluations === 1 ? undefined : coefficients(true),
    // In whole steps alone.
    correction: Number.isInteger(steps)
      ? () =>
          correctionLearner({
            ...{ ...shared, base: base.name, steps },
            ...{ iterations: correctionIterations, trajectoryIterations },
          })
      : undefined,
    both: () =>
      solverLearner({
        ...{ ...shared, start, evaluations, hidden: spec.hidden },
        ...{ iterations: spec.settlingIterations, jointIterations },
      }),
    student: (macs) => {
      const iterations = spec.studentIterations ?? studentIterations(evaluations);
      return studentLearner({ ...shared, macs, iterations });
    },
  };
  const only = spec.evaluations.includes(evaluations)
    ? familyNames
    : (["coefficients", "consistent"] as const);
  return only.flatMap((family) => {
    const learner = spec.families.includes(family) ? learners[family] : undefined;
    return learner === undefined ? [] : [{ family, evaluations, learner }];
  });
}

const codec: Codec<FittedEntrant> = {
  encode: ({ content, ...facts }) => ({ content, json: encodeJson(facts) }),
  decode: ({ content = new Uint8Array(), json }) => ({
    ...decodeJson<Omit<FittedEntrant, "content">>(json),
    content,
  }),
};

/** The fit of one entrant; goes on from its checkpoint. */
export const entrantStage = (
  { field, states }: LearnedCase,
  { family, evaluations }: Entrant,
  learner: Learner,
): Stage<FittedEntrant> => ({
  name: `fit ${families[family]} ${evaluations}`,
  settings: { evaluations, family, spec: learner.effective(field) },
  inputs: [fingerprintOf(field)],
  codec,
  isWhole: ({ status }) => status === "complete",
  make: async (context, checkpoint) => {
    const inputs = { states, ...(await checkpointingIn(checkpoint)) };
    const learned = await learner.learn(field, inputs, context);
    const { parameters, status, seconds, file } = learned;
    const few = await states.heldOut(100, new Random(learned.spec.seed));
    const { content } = learned.written(few, [], undefined);
    return {
      family,
      evaluations,
      path: named(file, family, evaluations),
      parameters,
      status,
      seconds,
      content,
    };
  },
});

/** `learned.onnx` of 4 evaluations: `both-4.onnx`. */
const named = (file: string, family: Family, evaluations: number): string =>
  file.replace(/^.*(?=\.)/, `${family}-${evaluations}`);

/** The method in a file of these. */
export function methodOfEntrant({ family, evaluations, path, content }: FittedEntrant): FixedMethod {
  if (family !== "correction") return decodeLearned(content, path).method;
  const correction = decodeCorrection(content, path);
  return hyper(correction, { steps: evaluations / correction.base.stages }, { file: path });
}
