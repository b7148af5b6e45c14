import { decodeCorrection, decodeLearned, hyper, type StateSource } from "../../hypersolver/index.js";
import { drawnStates, fingerprintOf } from "../../hypersolver/internal.js";
import type { Field, FixedMethod, Span } from "../../ode/index.js";
import { draw, Random, tensor } from "../../tensor/index.js";
import { correctionLearner } from "../fit/correction-learner.js";
import type { LearnedSolver, Learner } from "../fit/learned-solver.js";
import { coefficientLearner, solverLearner } from "../fit/solver-learner.js";
import { checkpointingIn } from "../kit/checkpoint-files.js";
import { decodeJson, encodeJson } from "../kit/codec.js";
import type { Stage } from "../kit/stage.js";
import type { ImageFlowSpec } from "./image-flow-spec.js";

export const SPAN: Span = [0, 1];

/** What is learned, as tables name it. */
export const learnedKinds = {
  coefficients: "learned coefficients",
  correction: "HyperMidpoint",
  both: "coefficients and corrections",
} as const;
type LearnedKind = keyof typeof learnedKinds;

/** Noise of the size of an image: none wider than what samplers start from. */
export const noise: StateSource = drawnStates("normal noise, 28×28", (count, random) =>
  tensor(
    "float32",
    [count, 1, 28, 28],
    draw(count * 784, () => random.normal()),
  ),
);

/** What is kept of a fit. */
export interface ImageFlowFit {
  readonly kind: LearnedKind;
  readonly evaluations: number;
  readonly path: string;
  readonly parameters: number;
  readonly seconds: LearnedSolver["seconds"];
  readonly status: LearnedSolver["status"];
  readonly content: Uint8Array;
}

/** Everything that is learned for a number of evaluations; corrections of midpoint where it is even. */
export function imageFlowFits(spec: ImageFlowSpec, seed: number): readonly Job[] {
  const { trajectories, tolerance: referenceTolerance } = spec;
  const shared = { span: SPAN, seed, trajectories, referenceTolerance };
  const { coefficientIterations, correctionIterations, jointIterations } = spec;
  const coefficients = spec.evaluations.map((evaluations): Job => {
    const learner = coefficientLearner({ ...shared, evaluations, iterations: coefficientIterations });
    return { kind: "coefficients", evaluations, learner };
  });
  const both = spec.corrected.map((evaluations): Job => {
    const iterations = Math.ceil(coefficientIterations / 2);
    return {
      ...{ kind: "both", evaluations },
      learner: solverLearner({ ...shared, evaluations, jointIterations, iterations }),
    };
  });
  const corrections = spec.corrected
    .filter((evaluations) => evaluations % 2 === 0)
    .map((evaluations): Job => {
      const correction = { base: "midpoint", steps: evaluations / 2, iterations: correctionIterations };
      const learner = correctionLearner({ span: SPAN, seed, referenceTolerance, ...correction });
      return { kind: "correction", evaluations, learner };
    });
  return [...coefficients, ...both, ...corrections];
}

/** Something to be learned. */
interface Job {
  readonly kind: LearnedKind;
  readonly evaluations: number;
  readonly learner: Learner;
}

/** One fit; goes on from its checkpoint. */
export const imageFlowFitStage = (
  field: Field,
  { kind, evaluations, learner }: Job,
): Stage<ImageFlowFit> => ({
  name: `fit ${kind} ${evaluations}`,
  settings: { evaluations, kind, spec: learner.effective(field) },
  inputs: [fingerprintOf(field)],
  codec: {
    encode: ({ content, ...facts }) => ({ content, json: encodeJson(facts) }),
    decode: ({ content = new Uint8Array(), json }) => ({
      ...decodeJson<Omit<ImageFlowFit, "content">>(json),
      content,
    }),
  },
  isWhole: ({ status }) => status === "complete",
  make: async (context, checkpoint) => {
    const inputs = { states: noise, ...(await checkpointingIn(checkpoint)) };
    const learned = await learner.learn(field, inputs, context);
    const { parameters, status, seconds, file } = learned;
    const { content } = learned.written(
      await noise.heldOut(16, new Random(learned.spec.seed)),
      [],
      undefined,
    );
    const path = file.replace(/^.*(?=\.)/, `${kind}-${evaluations}`);
    return { kind, evaluations, path, parameters, status, seconds, content };
  },
});

/** The method in a file of these. */
export const methodOfFit = ({ kind, evaluations, path, content }: ImageFlowFit): FixedMethod =>
  kind === "correction"
    ? hyper(decodeCorrection(content, path), { steps: evaluations / 2 }, { file: path })
    : decodeLearned(content, path).method;
