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
import type { FlowCase } from "./flow-cases.js";
import type { LearnedExperimentSpec } from "./learned-spec.js";

/** What is learned for a number of evaluations. */
export type Family = "coefficients" | "consistent" | "correction" | "both" | "student";

/** The same as tables name it. */
export const families: Readonly<Record<Family, string>> = {
  coefficients: "coefficients",
  consistent: "coefficients, consistent",
  correction: "correction of Heun",
  both: "coefficients and corrections",
  student: "student, no evaluation",
};

/** Something to be learned for so many evaluations of f. */
export interface Entrant {
  readonly family: Family;
  readonly evaluations: number;
  readonly learner: Learner;
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

/** Coefficients alone, for any number of evaluations; a consistent method of one is Euler's. */
export const coefficientEntrants = (
  { span }: FlowCase,
  evaluations: number,
  { coefficientIterations: iterations, trajectories }: LearnedExperimentSpec,
  seed: number,
): Entrant[] =>
  (evaluations === 1 ? (["coefficients"] as const) : (["coefficients", "consistent"] as const)).map(
    (family) => {
      const consistent = family === "consistent";
      const shared = { evaluations, iterations, trajectories, seed, span };
      return { family, evaluations, learner: coefficientLearner({ ...shared, consistent }) };
    },
  );

/** What has a network; a student is as large as what it is compared with costs. */
export interface NetworkEntrants {
  /** Heun makes even numbers of evaluations. */
  readonly correction: Entrant | undefined;
  readonly both: Entrant;
  studentOf(macs: number): Entrant;
}

export function networkEntrants(
  { span }: FlowCase,
  evaluations: number,
  spec: LearnedExperimentSpec,
  seed: number,
): NetworkEntrants {
  const { jointIterations, correctionIterations, trajectories } = spec;
  const shared = { span, seed, trajectories };
  const correction = { base: "heun", steps: evaluations / 2, iterations: correctionIterations };
  const iterations = spec.studentIterations ?? studentIterations(evaluations);
  return {
    correction:
      evaluations % 2 === 0
        ? {
            ...{ family: "correction", evaluations },
            learner: correctionLearner({ ...shared, ...correction }),
          }
        : undefined,
    both: {
      ...{ family: "both", evaluations },
      learner: solverLearner({ ...shared, evaluations, jointIterations }),
    },
    studentOf: (macs) => ({
      ...{ family: "student", evaluations },
      learner: studentLearner({ ...shared, macs, iterations }),
    }),
  };
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
  { field, states }: FlowCase,
  { family, evaluations, learner }: Entrant,
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
export const methodOfEntrant = ({ family, evaluations, path, content }: FittedEntrant): FixedMethod =>
  family === "correction"
    ? hyper(decodeCorrection(content, path), { steps: evaluations / 2 }, { file: path })
    : decodeLearned(content, path).method;
